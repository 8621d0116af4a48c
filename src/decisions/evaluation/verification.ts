import { exactInterval } from '../exact-interval.ts';
import { drawSubjects, interval } from './draws.ts';
import {
  areaUnder,
  equalErrorRate,
  type OperatingPoints,
  operatingPoints,
  placeOfApcer,
  rank,
} from './ranking.ts';
import type { Estimate, VerificationReport } from './report.ts';
import { spread } from './thin.ts';

/** Two faces, whose they are, and how far apart they lie on the common scale. */
export interface ComparedPair {
  readonly one: string;
  readonly other: string;
  readonly distance: number;
}

/** What the figures are of. */
export type VerificationRun = Pick<
  VerificationReport,
  'embedder' | 'pairs' | 'pairsSha256' | 'notMeasured' | 'threshold'
> & { readonly seed: number; readonly draws: number };

/** FNMR is asked for where so many impostors match. */
const falseMatchRates = [0.01, 0.001];

/**
 * How well faces are told apart. Intervals come from drawing people anew, for they are what is independent, neither
 * pictures of them nor pairs: a pair counts as often as both its people together.
 *
 * @param pairs both of one person and of two
 * @throws RangeError where there are none of either
 */
export function verificationReport(
  pairs: readonly ComparedPair[],
  { seed, draws, ...run }: VerificationRun,
): VerificationReport {
  const isGenuine = ({ one, other }: ComparedPair) => one === other;
  const ranking = rank(pairs.map((pair) => ({ score: -pair.distance, live: isGenuine(pair) })));
  const points = operatingPoints(ranking, new Float64Array(pairs.length).fill(1));
  if (!points) throw new RangeError('Pairs of one person are needed, and pairs of two.');
  const people = drawSubjects(
    pairs.flatMap(({ one, other }) => [one, other]),
    'pairs',
    { seed, draws },
  );
  const numbers = pairs.map(({ one, other }) => [people.numbers.get(one)!, people.numbers.get(other)!]);
  const drawn = people.counts.map((counts) =>
    operatingPoints(
      ranking,
      numbers.map(([one, other]) => (one === other ? counts[one!]! : counts[one!]! * counts[other!]!)),
    ),
  );
  const estimate = (figure: (of: OperatingPoints) => number): Estimate => ({
    value: figure(points),
    ...(interval(drawn.map((of) => (of ? figure(of) : Number.NaN))) ?? { low: null, high: null }),
  });
  const known = pairs.filter(isGenuine);
  const place = placeOf(points, run.threshold);
  return {
    ...run,
    people: people.numbers.size,
    genuine: known.length,
    impostor: pairs.length - known.length,
    // Each person is in one pair of two at most, were they independent.
    fmr: widened(
      estimate(({ apcer }) => apcer[place]!),
      Math.floor(people.numbers.size / 2),
    ),
    fnmr: widened(
      estimate(({ bpcer }) => bpcer[place]!),
      new Set(known.map(({ one }) => one)).size,
    ),
    auc: estimate(areaUnder),
    eer: estimate((of) => equalErrorRate(of).rate),
    fnmrAt: falseMatchRates.map((fmr) => {
      const at = placeOfApcer(points, fmr);
      return { fmr, threshold: distanceAt(points, at), fnmr: estimate(({ bpcer }) => bpcer[at]!) };
    }),
    det: spread(points)
      .toReversed()
      .map((at) => ({
        threshold: distanceAt(points, at),
        fmr: points.apcer[at]!,
        fnmr: points.bpcer[at]!,
      })),
  };
}

/** Where no draw errs, the exact upper end of no error among so many. */
function widened(estimate: Estimate, independent: number): Estimate {
  return estimate.high === 0 ? { ...estimate, high: exactInterval(0, independent).high } : estimate;
}

/** The operating point of a limit: all that lie as near, or nearer, match. */
function placeOf({ thresholds }: OperatingPoints, limit: number): number {
  return thresholds.findIndex((threshold) => threshold === null || -threshold <= limit);
}

/** The limit of an operating point; where nobody may match it is below every distance: 0. */
function distanceAt({ thresholds }: OperatingPoints, place: number): number {
  const threshold = thresholds[place] ?? null;
  return threshold === null ? 0 : -threshold;
}
