import { baselineOf } from '../evaluation/baseline-nets.ts';
import { equalErrorRate, operatingPoints, rank } from '../evaluation/ranking.ts';
import { exactInterval } from '../exact-interval.ts';
import { type LiveCalibration, probabilityOf, rowLogOdds } from '../live-calibration.ts';
import type { ClassRates, FileRate, LiveCalibrationFile, SourceRates } from '../live-calibration-file.ts';
import { mean } from '../statistics.ts';
import {
  allowed,
  type CalibrationPlan,
  type CalibrationRow,
  type FittedCalibration,
  leaveOneSourceOut,
} from './fit-calibration.ts';
import { shareAlike } from './share-alike.ts';

/** What is known of how a calibration does on sources that it has not seen. */
export type CalibrationFigures = Pick<LiveCalibrationFile, 'rates' | 'equalErrorRate'>;

/** The rates of a fit: each source judged by weights and limits that have seen nothing of its family. */
export function describeCalibration(
  rows: readonly CalibrationRow[],
  plan: CalibrationPlan,
  { calibration, outOfFold, folds }: FittedCalibration,
): CalibrationFigures {
  const without = folds === 'families' ? leaveOneSourceOut(rows, plan) : undefined;
  const fitted = new Set(outOfFold.map(({ source, live }) => `${live} ${source}`));
  const bySource = [...new Set(rows.map(({ source }) => source))].sort().map((source) => {
    const judge = without?.get(source) ?? calibration;
    const ofSource = rows.filter((row) => row.source === source);
    const ofClass = (live: boolean) =>
      classRates(
        ofSource.filter((row) => row.live === live),
        judge,
      );
    return {
      source,
      family: ofSource[0]!.family,
      isFitted: [true, false].some((live) => fitted.has(`${live} ${source}`)),
      bonaFide: ofClass(true),
      attack: ofClass(false),
    };
  });
  return {
    rates: {
      stated: plan.rates,
      chosenFor: allowed(plan.rates),
      leftOut: folds,
      realised: realise(bySource.filter(({ isFitted }) => isFitted)),
      bySource,
    },
    equalErrorRate: compareRanking(rows, plan, outOfFold, without),
  };
}

function classRates(rows: readonly CalibrationRow[], calibration: LiveCalibration): ClassRates | null {
  const [first] = rows;
  if (!first) return null;
  const shares = shareAlike(rows);
  const odds = rows.map((row) => rowLogOdds(row.logits, calibration));
  const calls = odds.map((logOdds) => callOf(logOdds, calibration));
  const shareOf = (call: Call) => calls.reduce((sum, one, at) => (one === call ? sum + shares[at]! : sum), 0);
  const units = new Map<string, number[]>();
  for (const [at, { unit }] of rows.entries()) units.set(unit, [...(units.get(unit) ?? []), odds[at]!]);
  const wrong = first.live ? 'attack' : 'live';
  const errors = [...units.values()].filter((unit) => callOf(mean(unit), calibration) === wrong).length;
  return {
    files: rows.length,
    units: units.size,
    calledLive: shareOf('live'),
    calledAttack: shareOf('attack'),
    wrongUnits: rateOf(errors, units.size),
  };
}

type Call = 'live' | 'inconclusive' | 'attack';

function callOf(logOdds: number, { limits }: LiveCalibration): Call {
  const probability = probabilityOf(logOdds);
  if (probability >= limits.live) return 'live';
  return probability <= limits.attack ? 'attack' : 'inconclusive';
}

function rateOf(errors: number, of: number): FileRate {
  return { errors, of, ...exactInterval(errors, of) };
}

function realise(sources: readonly SourceRates[]): CalibrationFigures['rates']['realised'] {
  const meanOf = (of: 'attack' | 'bonaFide', what: 'calledLive' | 'calledAttack') =>
    mean(sources.flatMap((source) => source[of]?.[what] ?? []));
  return {
    attacksCalledLive: meanOf('attack', 'calledLive'),
    attacksCalledAttack: meanOf('attack', 'calledAttack'),
    genuineCalledAttack: meanOf('bonaFide', 'calledAttack'),
    genuineCalledLive: meanOf('bonaFide', 'calledLive'),
  };
}

/**
 * One threshold for all sources that have both classes, or for all where none has, for the calibration out of fold and
 * for the raw mean.
 */
function compareRanking(
  rows: readonly CalibrationRow[],
  { nets }: CalibrationPlan,
  outOfFold: FittedCalibration['outOfFold'],
  without: ReadonlyMap<string, LiveCalibration> | undefined,
): CalibrationFigures['equalErrorRate'] {
  const classesOf = (source: string) =>
    new Set(outOfFold.flatMap((row) => (row.source === source ? row.live : []))).size;
  const sources = [...new Set(outOfFold.map(({ source }) => source))];
  const ofBothClasses = sources.filter((source) => classesOf(source) === 2);
  const compared = new Set(ofBothClasses.length > 0 ? ofBothClasses : sources);
  const baseline = baselineOf(nets);
  const ranked = rows.filter(({ source }) => compared.has(source));
  const meanScore = ({ logits }: CalibrationRow) => mean(baseline.map((net) => probabilityOf(logits[net]!)));
  const rateOfScores = (scored: readonly (CalibrationRow & { score: number })[]) =>
    equalErrorRate(operatingPoints(rank(scored), shareAlike(scored))!).rate;
  const calibrated = without
    ? ranked.map((row) => ({ ...row, score: rowLogOdds(row.logits, without.get(row.source)!) }))
    : outOfFold
        .filter(({ source }) => compared.has(source))
        .map((row) => ({ ...row, family: row.source, logits: {}, score: row.logOdds }));
  return {
    calibrated: rateOfScores(calibrated),
    rawMean: rateOfScores(ranked.map((row) => ({ ...row, score: meanScore(row) }))),
  };
}
