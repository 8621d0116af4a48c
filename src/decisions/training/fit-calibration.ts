import { type LiveCalibration, type NetTerm, probabilityOf, rowLogOdds } from '../live-calibration.ts';
import { clamp } from '../statistics.ts';
import { chooseLimits, type ScoredPresentation, type StatedRates } from './choose-limits.ts';
import { correlationOfLooks } from './correlation-of-looks.ts';
import { dealFolds } from './folds.ts';
import { fitLogisticRegression } from './logistic-regression.ts';
import { shareAlike } from './share-alike.ts';
import { stretchOf } from './stretch-scores.ts';

/** One face to learn from, in range: `viewObstacles` of `fusion.ts` finds nothing. */
export interface CalibrationRow {
  /** Where it comes from: sources weigh alike, however many rows they have. */
  readonly source: string;
  /**
   * What its source shares with others and is left out with it: frames of clips and crops of one repository show the
   * same people before the same camera.
   */
  readonly family: string;
  /** Which rows stand for one presentation: a subject, a clip, a file. Units of a source weigh alike. */
  readonly unit: string;
  readonly live: boolean;
  /** What each net says, by its name in the registry; at least those that are fitted. */
  readonly logits: Readonly<Record<string, number>>;
}

/** What is fitted, and how. */
export interface CalibrationPlan {
  readonly name: string;
  /** Names in the registry. */
  readonly nets: readonly string[];
  readonly isExperimental: boolean;
  readonly rates: StatedRates;
  /** Sources that are neither learnt from nor counted where limits are chosen. */
  readonly excluded: ReadonlySet<string>;
}

/** A calibration, and how the same recipe scores what it has not seen. */
export interface FittedCalibration {
  readonly calibration: LiveCalibration;
  /** All rows that were learnt from, each scored by a fit without what it was left out with; the stretch is that of all. */
  readonly outOfFold: readonly ScoredPresentation[];
  /** What was left out at a time: families of sources; parts of the units where there are too few. */
  readonly folds: 'families' | 'units';
}

/**
 * The L2 penalty on standardised logits, beside data that count as many as there are witnesses: weights of about 1 are
 * expected before anything is seen. Between 0.5 and 2 the rates of left-out sources hardly differ.
 */
const penalty = 1;

/** A net is sure beyond this logit (a live score of 0.9997), and how sure differs from camera to camera. */
const bound = 5;

/**
 * The share of the stated rates that limits are chosen for, since sources that neither weights nor limits had seen err more
 * often: aimed at 2.5 % and 1 %, the limits of the default nets come to 3.8 % and 1.1 % (`rates` of their calibration).
 */
const margin = 0.5;

/** So few rows of one class say nothing of a source: they would weigh as much as another's hundreds. */
const leastRows = 5;

/** From so many families on, each in turn is left out; of fewer the units are dealt out. */
const leastFamilies = 3;
const unitFolds = 5;

/**
 * Fits a calibration: logistic regression on bounded, standardised logits, never falling in any of them, with an L2
 * penalty; sources, classes of a source and units of a class weigh alike. What the penalty takes from probabilities they
 * get back by {@link stretchOf}, within its bound. Stretch and limits, which are chosen for the stated rates, go by scores
 * out of fold.
 *
 * @throws RangeError with a sentence that says what is missing
 */
export function fitCalibration(rows: readonly CalibrationRow[], plan: CalibrationPlan): FittedCalibration {
  const known = worthLearning(rows, plan);
  const folds = foldsOf(known);
  const scored = scoreOutOfFold(known, folds, plan.nets);
  const stretch = stretchOf(scored);
  const outOfFold = scored.map((row) => ({ ...row, logOdds: row.logOdds * stretch }));
  const limits = chooseLimits(outOfFold, allowed(plan.rates));
  const calibration = {
    ...stretched(fitTerms(known, plan.nets, folds.by), stretch),
    name: plan.name,
    limits: { live: probabilityOf(limits.live), attack: probabilityOf(limits.attack) },
    correlation: correlationOfLooks(outOfFold),
    isExperimental: plan.isExperimental,
  };
  return { calibration, outOfFold, folds: folds.by };
}

/** Each row's log-odds by a fit without what it is left out with. */
function scoreOutOfFold(
  rows: readonly CalibrationRow[],
  { of, by }: ReturnType<typeof foldsOf>,
  nets: readonly string[],
): ScoredPresentation[] {
  return [...new Set(of)].flatMap((fold) => {
    const terms = fitTerms(
      rows.filter((_, at) => of[at] !== fold),
      nets,
      by,
    );
    const leftOut = rows.filter((_, at) => of[at] === fold);
    return leftOut.map(({ source, unit, live, logits }) => {
      return { source, unit, live, logOdds: rowLogOdds(logits, terms) };
    });
  });
}

/** The rates that limits are chosen for, so that cameras which nobody has seen keep to the stated ones. */
export function allowed({ attacksCalledLive, genuineCalledAttack }: StatedRates): StatedRates {
  return {
    attacksCalledLive: attacksCalledLive * margin,
    genuineCalledAttack: genuineCalledAttack * margin,
  };
}

/**
 * For each source the calibration that the same recipe gives without its family, limits
 * included: what a camera meets that nobody has seen. Sources that are not learnt from have one, too.
 *
 * @throws RangeError as {@link fitCalibration}
 */
export function leaveOneSourceOut(
  rows: readonly CalibrationRow[],
  plan: CalibrationPlan,
): ReadonlyMap<string, LiveCalibration> {
  const byFamily = new Map<string, LiveCalibration>();
  const calibrations = new Map<string, LiveCalibration>();
  for (const { source, family } of rows) {
    const without = () => rows.filter((row) => row.family !== family);
    const calibration = byFamily.get(family) ?? fitCalibration(without(), plan).calibration;
    byFamily.set(family, calibration);
    calibrations.set(source, calibration);
  }
  return calibrations;
}

/** Rows of sources that are not excluded, of classes that have enough of them. */
function worthLearning(
  rows: readonly CalibrationRow[],
  { excluded }: Pick<CalibrationPlan, 'excluded'>,
): CalibrationRow[] {
  const classOf = ({ source, live }: CalibrationRow) => `${live} ${source}`;
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(classOf(row), (counts.get(classOf(row)) ?? 0) + 1);
  const known = rows.filter(
    (row) => !excluded.has(row.source) && (counts.get(classOf(row)) ?? 0) >= leastRows,
  );
  for (const live of [true, false])
    if (!known.some((row) => row.live === live))
      throw new RangeError(
        `No source has ${leastRows} usable ${live ? 'bona fide presentations' : 'attacks'} to learn from.`,
      );
  return known;
}

/** Which rows are left out together. */
function foldsOf(rows: readonly CalibrationRow[]): {
  of: readonly (string | number)[];
  by: 'families' | 'units';
} {
  const families = rows.map(({ family }) => family);
  const isLeft = (family: string) =>
    [true, false].every((live) => rows.some((row, at) => row.live === live && families[at] !== family));
  if (new Set(families).size >= leastFamilies && [...new Set(families)].every(isLeft))
    return { of: families, by: 'families' };
  return { of: dealUnits(rows), by: 'units' };
}

/** Deals out each class by itself: what is left must have both. */
function dealUnits(rows: readonly CalibrationRow[]): number[] {
  const classes = [true, false].map((live) => {
    const places = [...rows.keys()].filter((at) => rows[at]!.live === live);
    return { live, places, units: places.map((at) => `${rows[at]!.source} ${rows[at]!.unit}`) };
  });
  const folds = Math.min(unitFolds, ...classes.map(({ units }) => new Set(units).size));
  const of: number[] = [];
  for (const { live, places, units } of classes) {
    if (new Set(units).size < 2)
      throw new RangeError(
        `All ${live ? 'bona fide presentations' : 'attacks'} are of one person or clip: whether others are told as well cannot be said.`,
      );
    const dealt = dealFolds(units, folds);
    for (const [index, at] of places.entries()) of[at] = dealt[index]!;
  }
  return of;
}

type Terms = Pick<LiveCalibration, 'bias'> & { readonly nets: Readonly<Record<string, NetTerm>> };

function stretched({ bias, nets }: Terms, stretch: number): Terms {
  const terms = Object.entries(nets).map(([net, term]) => [net, { ...term, weight: term.weight * stretch }]);
  return { bias: bias * stretch, nets: Object.fromEntries(terms) };
}

/**
 * Fits without the nets that would count against what they say, one after the other: never falling in any. What is left
 * out together bears witness together: families of sources, or units where there are too few of these.
 */
function fitTerms(
  rows: readonly CalibrationRow[],
  nets: readonly string[],
  by: FittedCalibration['folds'],
): Terms {
  const witnesses = new Set(
    rows.map(({ family, source, unit }) => (by === 'families' ? family : `${source} ${unit}`)),
  );
  const counts = shareAlike(rows).map((share) => share * rows.length);
  const standards = nets.map((net) =>
    standardOf(
      rows.map((row) => boundedLogit(row, net)),
      counts,
    ),
  );
  let used = nets.map((_, at) => at);
  for (;;) {
    const labelled = rows.map((row, index) => ({
      values: used.map((at) => (boundedLogit(row, nets[at]!) - standards[at]!.mean) / standards[at]!.scale),
      positive: row.live,
      count: counts[index]!,
    }));
    const { weights, bias } = fitLogisticRegression(labelled, (penalty * rows.length) / witnesses.size);
    const lowest = weights.indexOf(Math.min(...weights));
    if (weights.length === 0 || weights[lowest]! >= 0) {
      const weightOf = (at: number) => (used.includes(at) ? weights[used.indexOf(at)]! : 0);
      const terms = nets.map((net, at) => [net, { bound, ...standards[at]!, weight: weightOf(at) }] as const);
      return { bias, nets: Object.fromEntries(terms) };
    }
    used = used.filter((_, index) => index !== lowest);
  }
}

function boundedLogit({ logits }: CalibrationRow, net: string): number {
  const logit = logits[net];
  if (logit === undefined || Number.isNaN(logit)) throw new RangeError(`A row has no score of ${net}.`);
  return clamp(logit, -bound, bound);
}

/** Where values lie and how far they spread; 1 where they do not. */
function standardOf(values: readonly number[], counts: readonly number[]): { mean: number; scale: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const weighted = (of: (value: number) => number) =>
    values.reduce((sum, value, at) => sum + counts[at]! * of(value), 0) / total;
  const mean = weighted((value) => value);
  const variance = weighted((value) => (value - mean) ** 2);
  return { mean, scale: variance > 1e-12 ? Math.sqrt(variance) : 1 };
}
