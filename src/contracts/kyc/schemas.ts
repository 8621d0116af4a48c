import { type Static, Type } from 'typebox';
import { liveProbability } from '../live-probability.ts';
import { nullable, share } from '../numbers.ts';
import { type KycErrorCode, kycErrors } from './errors.ts';

const imageBytes = Type.String({
  description: 'The picture in base64 (or base64url), with or without a `data:` prefix.',
});
const imageFile = Type.String({ format: 'binary', description: 'The picture as a file.' });

/** Headers of `POST /liveness/` beside the API key. */
export const selfieHeaders = Type.Object({
  'x-session-token': Type.Optional(
    Type.String({ description: 'A token of `POST /session/`, where the record of the key asks for one.' }),
  ),
});

/** Bodies of `POST /liveness/` (seed 003), by content type: `image` or `image_bytes`, one of the two. */
export const selfieRequest = {
  content: {
    'multipart/form-data': {
      schema: Type.Object({
        image: Type.Optional(imageFile),
        image_bytes: Type.Optional(
          Type.String({ description: 'The picture in base64, or as a file of its own bytes.' }),
        ),
      }),
    },
    'application/x-www-form-urlencoded': { schema: Type.Object({ image_bytes: imageBytes }) },
    'application/json': {
      schema: Type.Object({ image_bytes: imageBytes }, { examples: [{ image_bytes: '<base64>' }] }),
    },
  },
};

const details = Type.Object(
  {
    live_probability: liveProbability(),
    face: Type.Object({
      box: Type.Object({
        x: Type.Number(),
        y: Type.Number(),
        width: Type.Number(),
        height: Type.Number(),
      }),
      detector_score: nullable(share('The detector is so sure of this face.'), 'Null where unknown.'),
      mask: nullable(
        share('Probability of a worn face mask.'),
        'Null where no net is installed that could tell.',
      ),
    }),
    bystanders: Type.Integer({ description: 'Smaller faces further back, which did not count.' }),
    reasons: Type.Array(
      Type.Object({
        code: Type.String({ description: 'Stable name, for programs.' }),
        text: Type.String({ description: 'Plain words, in the language that `Accept-Language` asks for.' }),
      }),
    ),
    request_id: Type.String({ description: 'As in the `X-Request-Id` header and the log.' }),
  },
  { description: "What the result stands on; not part of seed 003's document." },
);

/** Answer of `POST /liveness/`. */
export const selfieResponse = Type.Object(
  {
    success: Type.Literal(true),
    result: Type.Object({
      liveness: Type.Boolean({ description: 'The face is considered to be of a live person.' }),
      score: share('Confidence in `liveness`; 0 where it could not be judged, and then it is false.'),
      details,
    }),
  },
  { description: 'The result.' },
);

/** Answer of `POST /session/`. */
export const sessionResponse = Type.Object(
  {
    success: Type.Literal(true),
    result: Type.Object({
      session_token: Type.String({ description: 'For the header `x-session-token`, with the same API key.' }),
      expires_at: Type.String({ format: 'date-time' }),
      uses: Type.Integer({ description: 'Checks that the token is good for.' }),
    }),
  },
  { description: 'The session.' },
);

/** What every failed request is answered with. */
export const kycError = Type.Object({
  success: Type.Literal(false),
  error_message: Type.String({ description: "The code's message: always English, always the same." }),
  error_code: Type.Enum(Object.keys(kycErrors) as KycErrorCode[]),
});

export type SelfieResponse = Static<typeof selfieResponse>;
export type SessionResponse = Static<typeof sessionResponse>;
export type KycError = Static<typeof kycError>;
