import {
  areaUnderCurve,
  bootstrapInterval,
  type ErrorRates,
  errorRates,
  type ScoredRow,
} from './detection-rates.ts';
import { dealFolds } from './folds.ts';
import { fitLogisticRegression, type LogisticModel, probability } from './logistic-regression.ts';
import { brierScore, type ReliabilityBin, reliability } from './reliability.ts';
import { type Standard, standardise, standardOf } from './standardise.ts';

/** One face to learn from. */
export interface TrainingRow {
  readonly values: readonly number[];
  readonly live: boolean;
  /** Whose face it is, of whatever label. */
  readonly subject: string;
}

export interface TrainingOptions {
  /** Score from which a face counts as live, 0..1: what the error rates are of. Training is the same for any. */
  readonly threshold: number;
  /** Numbers from 0 to 1, for the intervals. */
  readonly random: () => number;
}

/** How a classifier does on people it has not seen. */
export interface Evaluation extends ErrorRates {
  readonly threshold: number;
  readonly folds: number;
  readonly auc: Interval;
  /** The error rates again, with intervals by subject. */
  readonly apcerBySubject: Interval;
  readonly bpcerBySubject: Interval;
  readonly brier: number;
  readonly reliability: readonly ReliabilityBin[];
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The least that is worth learning from: fewer say nothing of other people, and give intervals from 0 to 1. */
const leastData = { images: 20, subjects: 5 } as const;

const mostFolds = 5;

/** The L2 penalty on standardised values; 1 is scikit-learn's default (C = 1). */
const penalty = 1;

/**
 * Why rows are too few to learn from, in a sentence; undefined where they are not. Each class needs
 * {@link leastData}.
 */
export function tooLittle(rows: readonly TrainingRow[]): string | undefined {
  for (const [label, live] of [
    ['live', true],
    ['spoof', false],
  ] as const) {
    const ofClass = rows.filter((row) => row.live === live);
    const subjects = new Set(ofClass.map(({ subject }) => subject)).size;
    if (ofClass.length < leastData.images || subjects < leastData.subjects)
      return `There are ${ofClass.length} usable ${label} pictures of ${subjects} ${subjects === 1 ? 'person' : 'people'}; at least ${leastData.images} of ${leastData.subjects} are needed.`;
  }
  return undefined;
}

/**
 * Learns from all rows, and says how well the same recipe does on people it has not seen: five times, or once for each
 * subject where they are fewer, it learns from the others.
 *
 * @param rows not {@link tooLittle}
 */
export function trainClassifier(
  rows: readonly TrainingRow[],
  { threshold, random }: TrainingOptions,
): { readonly model: LogisticModel & Standard; readonly evaluation: Evaluation } {
  const scored = crossValidate(rows);
  const interval = (figure: (drawn: readonly ScoredRow[]) => number): Interval => ({
    value: figure(scored.rows),
    ...bootstrapInterval(scored.rows, figure, random),
  });
  return {
    model: learn(rows),
    evaluation: {
      threshold,
      folds: scored.folds,
      ...errorRates(scored.rows, threshold),
      auc: interval(areaUnderCurve),
      apcerBySubject: interval((drawn) => errorRate(drawn, false, threshold)),
      bpcerBySubject: interval((drawn) => errorRate(drawn, true, threshold)),
      brier: brierScore(scored.rows),
      reliability: reliability(scored.rows),
    },
  };
}

/** Every row, scored by a model of the other subjects. */
function crossValidate(rows: readonly TrainingRow[]) {
  const subjects = rows.map(({ subject }) => subject);
  const folds = Math.min(mostFolds, new Set(subjects).size);
  const foldOf = dealFolds(subjects, folds);
  const scores: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const model = learn(rows.filter((_, at) => foldOf[at] !== fold));
    for (const [at, { values }] of rows.entries())
      if (foldOf[at] === fold) scores[at] = probability(model, standardise(model, values));
  }
  return { folds, rows: rows.map(({ live, subject }, at) => ({ live, subject, score: scores[at]! })) };
}

function learn(rows: readonly TrainingRow[]): LogisticModel & Standard {
  const standard = standardOf(rows.map(({ values }) => values));
  const standardised = rows.map(({ values, live }) => ({
    values: standardise(standard, values),
    positive: live,
  }));
  return { ...standard, ...fitLogisticRegression(standardised, penalty) };
}

/** Without intervals, which take their time. NaN where the class is missing. */
function errorRate(rows: readonly ScoredRow[], live: boolean, threshold: number): number {
  const ofClass = rows.filter((row) => row.live === live);
  return ofClass.filter(({ score }) => score >= threshold !== live).length / ofClass.length;
}
