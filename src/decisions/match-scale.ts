import calibration from './calibration/match-scale.json' with { type: 'json' };
import { clamp } from './statistics.ts';

interface Knot {
  /** Cosine distance of the embedder's vectors. */
  readonly raw: number;
  /** What it is called on the common scale. */
  readonly distance: number;
}

const knotsOf = new Map<string, readonly Knot[]>(
  Object.entries(calibration.embedders).map(([model, { knots }]) => [model, knots]),
);

/**
 * The distance up to which two faces match unless a client says otherwise: the recommended operating point of
 * every embedder, and seed 004's `match_threshold`.
 */
export const recommendedMatchDistance: number = calibration.operatingPoint;

/**
 * A cosine distance on the scale that all embedders share, 0 (the same) to 2. Raw distances mean something else
 * for each of them: at 0.35 dlib's takes everybody for everybody. On this scale 0.35 is each one's recommended
 * operating point, half of all strangers are beyond 1, and equal distances are about equally strict: the knots
 * and their sources stand in `calibration/match-scale.json`. 1 − distance is what is called cosine similarity.
 *
 * @param model the embedder's name in the model registry
 * @param raw cosine distance; rounding may have carried it a hair beyond 0..2
 * @throws RangeError for an embedder without a calibration, and where `raw` is no number
 */
export function matchDistance(model: string, raw: number): number {
  return interpolate(calibrated(model), 'raw', 'distance', raw);
}

/**
 * {@link matchDistance} with six decimals: what is shown, and therefore what is compared with a threshold, lest an
 * answer contradict itself in the seventh.
 */
export function shownMatchDistance(model: string, raw: number): number {
  return Number(matchDistance(model, raw).toFixed(6));
}

/**
 * The cosine distance of an embedder that {@link matchDistance} maps to `distance`.
 *
 * @param distance on the common scale; beyond 0..2 it counts as the end
 * @throws RangeError as {@link matchDistance}
 */
export function rawDistance(model: string, distance: number): number {
  return interpolate(calibrated(model), 'distance', 'raw', distance);
}

function calibrated(model: string): readonly Knot[] {
  const knots = knotsOf.get(model);
  if (!knots) throw new RangeError(`The distances of the embedder ${model} have no calibration.`);
  return knots;
}

/** Linear between the knots, which grow on both axes: so it grows, and can be turned round. */
function interpolate(knots: readonly Knot[], from: keyof Knot, to: keyof Knot, value: number): number {
  if (Number.isNaN(value)) throw new RangeError('A distance must be a number.');
  const within = clamp(value, 0, knots.at(-1)![from]);
  const after = knots.findIndex((knot) => knot[from] > within);
  const [low, high] = after === -1 ? knots.slice(-2) : knots.slice(after - 1, after + 1);
  const share = (within - low![from]) / (high![from] - low![from]);
  return low![to] + share * (high![to] - low![to]);
}
