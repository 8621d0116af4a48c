import { type Static, Type } from 'typebox';
import { liveProbability } from '../live-probability.ts';
import { nullable, share } from '../numbers.ts';

/** `T`, or null where it was not measured: a missing fact is never 0. */
export const orNull = <T extends Type.TSchema>(schema: T, description: string) =>
  nullable(schema, `${description} Null where it was not measured.`);

const eye = Type.Object({
  aspect_ratio: Type.Number({ description: 'Lid distance over corner distance of the face mesh.' }),
  lid_gap: Type.Number({ description: "The same of the iris net's finer contour." }),
});

const face = Type.Object({
  box: Type.Object(
    { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
    { description: 'Pixels of the upright image, from its top left corner. It may reach outside.' },
  ),
  detector_score: orNull(Type.Number(), "The detector's score, 0..1."),
  presence: orNull(Type.Number(), "The mesh net's own belief that it sees a face, 0..1."),
  pose: orNull(
    Type.Object({ yaw: Type.Number(), pitch: Type.Number(), roll: Type.Number() }),
    "Degrees. Yaw is negative towards the subject's own left, pitch positive up, roll positive towards the subject's own left.",
  ),
  eyes: orNull(Type.Object({ left: eye, right: eye }), "How open the subject's own left and right eye are."),
  texture: orNull(
    Type.Object({
      blur: share('Sharpness: 0 is blurred or blank, 1 is sharp.'),
      saturation: share('Colour saturation.'),
      freq_high_ratio: share('Share of high frequencies.'),
      axis_anisotropy: share('A grid, as a screen shows it.'),
      glare: share('Blown-out skin.'),
      line_ratio: share('Straight lines, as the edges of a sheet.'),
      penalty_sharp_small: share('Suspicious sharpness of a small face.'),
    }),
    'Texture measures, each 0..1.',
  ),
  anti_spoof: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
    description:
      'Raw live score of each anti-spoof net, 0..1; null where a net could not score. Empty without a net.',
  }),
});

/** What bore on a verdict. */
export const reasons = Type.Array(
  Type.Object({
    code: Type.String({ description: 'Stable name, for programs.' }),
    text: Type.String({
      description: 'In words, for people; English unless `Accept-Language` asks for another.',
    }),
  }),
  { description: 'What bore on the verdict.' },
);

/** The models in use. */
export const models = Type.Array(
  Type.Object({
    role: Type.String(),
    name: Type.String(),
    sha256: Type.String({ description: 'SHA-256 of the weights, lower-case hex.' }),
  }),
  { description: 'The models in use.' },
);

export const latency = Type.Object({
  total: Type.Number({ description: 'From the arrival of the request to its answer.' }),
  stages: Type.Record(Type.String(), Type.Number(), { description: 'Each stage of perception.' }),
});

export const requestId = Type.String({ description: 'As in the `X-Request-Id` header and the log.' });

const details = Type.Object({
  live_probability: liveProbability(),
  reasons,
  faces: Type.Array(face, {
    description: 'Faces, largest first. The verdict is about the first; the others are not measured in full.',
  }),
  bystanders: Type.Integer({ description: 'How many smaller faces further back were left out.' }),
  image: Type.Object({
    width: Type.Integer(),
    height: Type.Integer(),
    format: Type.String({ description: 'jpeg, png, webp, avif, gif, tiff, …' }),
  }),
  models,
  latency_ms: latency,
  request_id: requestId,
});

/** Body of `POST /liveness` (seed 000). */
export const livenessRequest = Type.Object(
  {
    image: Type.String({
      description: 'A picture of one face: base64 (or base64url) of the file, or a base64 data URL.',
    }),
  },
  { examples: [{ image: '<base64-string>' }] },
);

/** Answer of `POST /liveness`: seed 000's fields, and everything they stand on under `details`. */
export const livenessResponse = Type.Object(
  {
    liveness_label: Type.Enum(['real', 'spoof', 'inconclusive']),
    confidence_score: share(
      'Confidence in the label, 0..1: `live_probability` for `real`, 1 minus that for `spoof`, and 0 for `inconclusive`, which claims nothing.',
    ),
    requires_active_check: Type.Boolean({
      description:
        'True when the label is `inconclusive`, but where the face cannot be compared with that of a clip: then the reasons hold `face_not_comparable`, and a better picture is what helps.',
    }),
    fallback: Type.Optional(
      Type.Object(
        {
          challenge_type: Type.Literal('blink'),
          upload_url: Type.String({
            description: 'Where to send the clip. It holds an id that works once, for five minutes.',
          }),
        },
        { description: 'The active check to go on with; only when one is required.' },
      ),
    ),
    details,
  },
  {
    description: 'The verdict.',
    examples: [{ liveness_label: 'real', confidence_score: 0.99, requires_active_check: false }],
  },
);

export type LivenessResponse = Static<typeof livenessResponse>;
