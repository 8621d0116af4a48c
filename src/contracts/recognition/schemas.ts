import { type Static, Type } from 'typebox';
import { nullable, share } from '../numbers.ts';

/** Parameters of every route that takes a picture, in the query or in the body. */
const judging = {
  detector_backend: Type.Optional(
    Type.String({
      default: 'opencv',
      description:
        'Any name passes, for clients of other servers send some; which detector runs is the choice of the server, and `extra.detector_backend` names it.',
    }),
  ),
  threshold: Type.Optional(
    Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'Score from which a face is live, before signs of an attack raise it.',
    }),
  ),
};

const userId = Type.String({
  minLength: 1,
  description: 'Any text of at most 256 bytes in UTF-8 without control characters, but `.` and `..`.',
});

const matchThreshold = Type.Optional(
  Type.Number({
    default: 0.35,
    minimum: 0,
    maximum: 2,
    description:
      'Distance up to which two faces are one person’s, on the scale that all embedders share; smaller is stricter. Default: MATCH_THRESHOLD.',
  }),
);

/** The picture, in the body: as a file or as text. */
const picture = {
  video: Type.Optional(
    Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'A clip of a few seconds.' }),
  ),
  image: Type.Optional(
    Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'A still, in place of a clip.' }),
  ),
  image_base64: Type.Optional(
    Type.String({ description: 'A still in a JSON body: base64, or a base64 data URL.' }),
  ),
};

export const livenessParameters = Type.Object(judging);

export const registerParameters = Type.Object({
  user_id: Type.Optional(userId),
  ...judging,
  consent: Type.Optional(
    Type.String({ description: 'Your reference to the consent of this person, kept with the template.' }),
  ),
  expires_in_days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 36_500,
      description: 'When the template expires. Default: TEMPLATE_LIFETIME_DAYS.',
    }),
  ),
});

export const verifyParameters = Type.Object({
  user_id: Type.Optional(userId),
  ...judging,
  match_threshold: matchThreshold,
});

export const identifyParameters = Type.Object({
  ...judging,
  match_threshold: matchThreshold,
  top_k: Type.Optional(
    Type.Integer({ default: 5, minimum: 1, maximum: 100, description: 'Candidates to be named, at most.' }),
  ),
});

/** A body for the document: a picture, and parameters that may stand in the query as well. */
export function bodyOf<T extends Type.TProperties>(parameters: Type.TObject<T>) {
  return Type.Object({ ...picture, ...parameters.properties });
}

/** Whole pixels inside the image. */
export const bbox = Type.Object(
  { x: Type.Integer(), y: Type.Integer(), w: Type.Integer(), h: Type.Integer() },
  { description: 'Pixels of the picture as it is meant to be seen, inside of it.' },
);

const explain = Type.Object(
  {
    blur: share('Sharpness: 0 is blurred or blank, 1 is sharp.'),
    saturation: share('Colour saturation.'),
    freq_high_ratio: share('Share of high frequencies.'),
    axis_anisotropy: share('A grid, as a screen shows it.'),
    glare: share('Blown-out skin.'),
    line_ratio: share('Straight lines, as the edges of a sheet.'),
    penalty_sharp_small: share('Suspicious sharpness of a small face.'),
  },
  { description: "The seven signals of the face's texture." },
);

export const reasons = Type.Array(Type.Object({ code: Type.String(), text: Type.String() }), {
  description: 'What bore on the verdict: a stable code, and words for people.',
});

export const scoreSource = Type.Enum(['classifier', 'anti_spoof', 'experimental', 'heuristic'], {
  description:
    'Where the score comes from: the classifier of LIVENESS_CLF_PATH, the anti-spoof nets, the experimental net alone, or the heuristic over the seven signals.',
});

export const heuristic = Type.Optional(
  Type.Literal(true, { description: 'The score is the heuristic’s, which tells next to nothing of life.' }),
);

export const experimental = Type.Optional(
  Type.Literal(true, {
    description:
      'The score is the experimental net’s alone, the only one that is installed: it enrols nobody and matches nobody unless ALLOW_EXPERIMENTAL says so.',
  }),
);

export const score = nullable(
  share('How live the face looks.'),
  '0 to 1; null where nothing could be measured.',
);

const frame = Type.Object({
  t: Type.Number({ description: 'Seconds since the first frame of the clip.' }),
  status: Type.Enum(['one_face', 'several_faces', 'no_face'], {
    description: 'Only frames with one face that can be meant count.',
  }),
  is_live: Type.Boolean(),
  score,
  threshold: nullable(Type.Number(), 'Null without a face.'),
  quality: nullable(Type.Number(), 'How well the frame shows whose face it is; null without a face.'),
  reason: Type.Optional(
    Type.String({
      description:
        'The code of what else than its score keeps the frame from being live, `face_turned_away` for instance.',
    }),
  ),
});

/** What the votes of a clip come to; absent of a still. */
export const clip = {
  pass_ratio: Type.Optional(nullable(share('Live frames among those with one face.'), 'Of a clip.')),
  frames: Type.Optional(
    Type.Object(
      { analysed: Type.Integer(), with_one_face: Type.Integer(), live: Type.Integer() },
      { description: 'How many frames of the clip were looked at, and what they showed.' },
    ),
  ),
  best_frame: Type.Optional(
    Type.Number({ description: 'Seconds: the frame that score, threshold, bbox and signals are of.' }),
  ),
  per_frame: Type.Optional(Type.Array(frame)),
};

export const livenessResponse = Type.Object(
  {
    faces: Type.Array(
      Type.Object({
        is_live: Type.Boolean(),
        score,
        threshold: share('The effective one: the score from which this face is live.'),
        bbox,
        extra: Type.Object({
          detector_backend: Type.String({ description: 'The detector that ran.' }),
          explain: nullable(explain, 'Null where the face could not be measured.'),
          score_source: scoreSource,
          heuristic,
          experimental,
          reasons,
          ...clip,
        }),
      }),
      { description: 'Every face of a still, the largest first, ten at most; the subject of a clip.' },
    ),
    latency_ms: Type.Integer({ description: 'From the arrival of the request to its answer.' }),
  },
  {
    examples: [
      {
        faces: [
          {
            is_live: true,
            score: 707 / 1000,
            threshold: 0.5,
            bbox: { x: 79, y: 367, w: 736, h: 736 },
            extra: {
              detector_backend: 'yunet',
              explain: {
                blur: 1,
                saturation: 0.23,
                freq_high_ratio: 0.69,
                axis_anisotropy: 0.12,
                glare: 0.01,
                line_ratio: 0.02,
                penalty_sharp_small: 0,
              },
              score_source: 'heuristic',
              heuristic: true,
              reasons: [],
            },
          },
        ],
        latency_ms: 500,
      },
    ],
  },
);

export type LivenessResponse = Static<typeof livenessResponse>;
