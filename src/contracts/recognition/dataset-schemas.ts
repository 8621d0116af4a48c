import { Type } from 'typebox';
import { nullable, share } from '../numbers.ts';

const path = (description: string) => Type.String({ description });

const box = Type.Object(
  {
    x: Type.Integer(),
    y: Type.Integer(),
    w: Type.Integer({ minimum: 0 }),
    h: Type.Integer({ minimum: 0 }),
  },
  { description: 'Pixels of the picture as it is meant to be seen; it may reach outside.' },
);

/** Parameters, each in the query or in the body. */
const parameters = {
  label: Type.Optional(Type.String({ description: '`live` or `spoof`. Required.', examples: ['live'] })),
  user_id: Type.Optional(
    Type.String({ description: 'Whose picture it is, up to 512 bytes: it is erased with them.' }),
  ),
  detector_backend: Type.Optional(
    Type.String({ description: 'Accepted for the sake of older clients; the server chooses its detector.' }),
  ),
  threshold: Type.Optional(
    Type.Union([Type.Number(), Type.String()], {
      description: 'Of liveness, 0 to 1, default 0.5; for `face` alone: the label is the client’s.',
    }),
  ),
};

export const uploadQuery = Type.Object(parameters);

/** For the document: the handler reads what comes. */
export const uploadRequest = Type.Object({
  image: Type.Optional(Type.Unsafe({ type: 'string', format: 'binary', description: 'The picture.' })),
  image_base64: Type.Optional(
    Type.String({ description: 'The picture as text, in a JSON body; a data URL works too.' }),
  ),
  ...parameters,
});

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
        score: nullable(share('How live the face looks.'), 'Null where it could not be measured.'),
        threshold: share('The effective one.'),
        bbox: box,
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
        face: { is_live: false, score: 0.36, threshold: 0.5, bbox: { x: 79, y: 367, w: 736, h: 736 } },
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
