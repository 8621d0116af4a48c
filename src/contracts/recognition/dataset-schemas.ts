import { Type } from 'typebox';
import { nullable, share } from '../numbers.ts';
import { bbox, bodyOf, livenessParameters, score, scoreSource } from './schemas.ts';

const path = (description: string) => Type.String({ description });

export const uploadParameters = Type.Object({
  label: Type.Optional(Type.Enum(['live', 'spoof'], { description: 'What the picture shows. Required.' })),
  user_id: Type.Optional(
    Type.String({ description: 'Whose picture it is: it is erased with them. Up to 256 bytes of UTF-8.' }),
  ),
  ...livenessParameters.properties,
});

const { video: _, ...uploadFields } = bodyOf(uploadParameters).properties;

/** For the document: the handler reads what comes. */
export const uploadBody = Type.Object(uploadFields);

export const uploadResponse = Type.Object(
  {
    success: Type.Boolean(),
    label: Type.Enum(['live', 'spoof']),
    duplicate: Type.Boolean({
      description: 'The same bytes were stored before, where `paths` says; nothing was written.',
    }),
    paths: Type.Object({
      raw: path('Where the picture lies on the server, as it came.'),
      face: nullable(Type.String(), 'Where its face lies, as JPEG; null where none was found.'),
    }),
    face: nullable(
      Type.Object({
        is_live: Type.Boolean(),
        score,
        threshold: share('The effective one.'),
        bbox,
        score_source: scoreSource,
      }),
      'The largest face, as POST /v1/liveness sees it; null where none was found.',
    ),
  },
  {
    examples: [
      {
        success: true,
        label: 'spoof',
        duplicate: false,
        paths: {
          raw: '/workspace/data/train/spoof/raw/0195f3b2c1007d3c8a6e5b4f9d20e1a7.jpg',
          face: '/workspace/data/train/spoof/faces/0195f3b2c1007d3c8a6e5b4f9d20e1a7.jpg',
        },
        face: {
          is_live: false,
          score: 0.36,
          threshold: 0.5,
          bbox: { x: 79, y: 367, w: 736, h: 736 },
          score_source: 'experimental',
        },
      },
    ],
  },
);

const newest = Type.Array(Type.String(), { description: 'Paths of the newest pictures, up to five.' });

export const statsResponse = Type.Object(
  {
    total: Type.Integer({ minimum: 0 }),
    live: Type.Integer({ minimum: 0 }),
    spoof: Type.Integer({ minimum: 0 }),
    samples: Type.Object({ live: newest, spoof: newest }),
  },
  {
    examples: [
      {
        total: 123,
        live: 70,
        spoof: 53,
        samples: {
          live: ['/workspace/data/train/live/raw/0195f3b2c1007d3c8a6e5b4f9d20e1a7.jpg'],
          spoof: ['/workspace/data/train/spoof/raw/0195f3b2c1017e4d9b7f6c50ae31f2b8.jpg'],
        },
      },
    ],
  },
);
