import { Type } from 'typebox';

/** A weight or penalty of seed 004's heuristic. */
const weight = (fallback: number, what: string) =>
  Type.Number({
    default: fallback,
    minimum: 0,
    maximum: 10,
    description: `${what} in the heuristic score of /v1 (see docs/contracts/recognition.md).`,
  });

/** From where on a sign of an attack counts, in seed 004's heuristic. */
const suspect = (fallback: number, what: string) =>
  Type.Number({
    default: fallback,
    minimum: 0,
    maximum: 1,
    description: `From here on ${what} is a sign of an attack for /v1: it is penalised, and raises the threshold.`,
  });

/** The recognition contract (seed 004). */
export const recognition = {
  MATCH_THRESHOLD: Type.Number({
    default: 0.35,
    minimum: 0,
    maximum: 2,
    description:
      'Cosine distance up to which /v1 takes two faces for one person, unless the request says otherwise.',
  }),
  UNIQUE_FACES: Type.Boolean({
    default: false,
    description: 'Refuse to enrol a face that is enrolled under another id.',
  }),
  ALLOW_HEURISTIC_ENROL: Type.Boolean({
    default: false,
    description:
      'Let /v1/register and /v1/verify go by the score of the heuristic where no anti-spoof net is installed, or the experimental one alone, or of a classifier that weighs none. For demonstrations only: it tells next to nothing.',
  }),
  LIVENESS_CLF_PATH: Type.String({
    default: '',
    description: 'A classifier made by `bonafide train`: its probability then is the score of /v1.',
  }),
  LIVENESS_MIN_SIDE: Type.Integer({
    default: 224,
    minimum: 16,
    maximum: 4_000,
    description: 'Shorter side from which a face is no small one for /v1, in pixels.',
  }),
  LIVENESS_W_BLUR: weight(0.35, 'Weight of sharpness'),
  LIVENESS_W_SAT: weight(0.2, 'Weight of colour saturation'),
  LIVENESS_W_FREQ: weight(0.45, 'Weight of high frequencies'),
  LIVENESS_W_AXIS: weight(0.25, 'Penalty for the grid of a screen'),
  LIVENESS_W_GLARE: weight(0.12, 'Penalty for glare'),
  LIVENESS_W_LINES: weight(0.15, 'Penalty for straight lines'),
  LIVENESS_W_SHARP_SMALL: weight(0.12, 'Penalty for a small face that is too sharp'),
  LIVENESS_AXIS_SUSPECT: suspect(0.35, 'a grid'),
  LIVENESS_GLARE_SUSPECT: suspect(0.08, 'glare'),
  LIVENESS_LINES_SUSPECT: suspect(0.1, 'straight lines'),
  VIDEO_LIVENESS_MAX_FRAMES: Type.Integer({
    default: 24,
    minimum: 1,
    maximum: 240,
    description: 'Frames of a clip that /v1 looks at, spread evenly over it.',
  }),
  VIDEO_LIVENESS_MIN_FRAMES: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 240,
    description: 'Frames with a face that a clip must have for /v1 to call it live.',
  }),
  VIDEO_LIVENESS_PASS_RATIO: Type.Number({
    default: 0.6,
    minimum: 0,
    maximum: 1,
    description: 'Share of those frames that must be live.',
  }),
} as const;
