import { exactInterval } from '../exact-interval.ts';
import { probabilityOf } from '../live-calibration.ts';
import { mean } from '../statistics.ts';
import { brierScore, reliability } from '../training/reliability.ts';
import { answersOfFiles, answersOfUnits, type SourceUnits } from './answers.ts';
import { interval } from './draws.ts';
import {
  areaUnder,
  equalErrorRate,
  type OperatingPoints,
  operatingPoints,
  placeOfApcer,
  type Ranking,
  rank,
} from './ranking.ts';
import { exactRate, pooledRate } from './rates.ts';
import type {
  BpcerAtApcer,
  DetPoint,
  Estimate,
  HistogramBin,
  MeanOfSources,
  Rate,
  ScoreKind,
  ScoreReport,
} from './report.ts';
import { spread } from './thin.ts';

/** A unit that has a score. */
interface ScoredUnit {
  readonly score: number;
  readonly live: boolean;
  readonly subject: string;
  /** The place of its source in the list. */
  readonly source: number;
}

/** What BPCER is asked at: the issue's, and those that iBeta's and FIDO's reports are read by. */
const allowedApcers = [0.1, 0.05, 0.01];

/** One entry a kind of score that some unit has, see {@link scoreReport}. */
export function scoreReports(
  sources: readonly SourceUnits[],
  kinds: readonly ScoreKind[],
  pooled: boolean,
): readonly ScoreReport[] {
  return kinds.flatMap((kind) => scoreReport(sources, kind, pooled) ?? []);
}

/** The means of the sources' own figures, an entry a kind of score, see {@link meanOfSources}. */
export function meansOfSources(
  sources: readonly SourceUnits[],
  kinds: readonly ScoreKind[],
): readonly MeanOfSources[] {
  return kinds.flatMap((kind) => meanOfSources(sources, kind) ?? []);
}

/**
 * All that one kind of score says of one source, or of several that weigh alike. AUC, EER, DET and what depends on a
 * threshold are of sources with both classes: in another one a threshold could not be wrong in both ways.
 *
 * @returns undefined where no unit has this kind of score
 */
function scoreReport(
  sources: readonly SourceUnits[],
  kind: ScoreKind,
  pooled: boolean,
): ScoreReport | undefined {
  const hasKind = sources.some(({ units }) => units.some(({ scores }) => scores[kind]));
  if (!hasKind) return undefined;
  const all = scoredUnits(sources, kind);
  const both = sources.filter((_source, at) => isWithBoth(all.filter(({ source }) => source === at)));
  const units = scoredUnits(both, kind);
  const ranking = rank(units);
  const weights = evenWeights(units);
  const points = operatingPoints(ranking, weights);
  const weighed = units.map((unit, at) => ({ ...asProbability(unit), weight: weights[at]! }));
  const drawn = points && bootstrap(both, units, ranking);
  const eer = points && equalErrorRate(points);
  return {
    kind,
    units: {
      bonaFide: all.filter(({ live }) => live).length,
      attack: all.filter(({ live }) => !live).length,
    },
    answers: answersOfUnits(sources, kind, pooled),
    files: answersOfFiles(sources, kind),
    auc: points && drawn ? { value: areaUnder(points), ...areaBounds(drawn.auc) } : null,
    eer:
      eer && drawn ? { value: eer.rate, ...errorBounds(drawn.eer, units), threshold: eer.threshold } : null,
    bpcerAt: points ? allowedApcers.map((allowed) => bpcerAt(points, allowed, units, both, pooled)) : [],
    det: points ? detOf(points) : [],
    histogram: histogram(all),
    reliability: points ? reliabilityOf(weighed) : [],
    brier: points ? brierScore(weighed) : null,
  };
}

/**
 * The mean of the sources' own AUC and EER, of those with both classes.
 *
 * @returns undefined where there are none
 */
function meanOfSources(sources: readonly SourceUnits[], kind: ScoreKind): MeanOfSources | undefined {
  const each = sources.flatMap((source) => {
    const units = scoredUnits([source], kind);
    const ranking = rank(units);
    const points = operatingPoints(ranking, evenWeights(units));
    return points ? [{ points, drawn: bootstrap([source], units, ranking) }] : [];
  });
  if (each.length === 0) return undefined;
  const estimate = (read: (points: OperatingPoints) => number, of: 'auc' | 'eer'): Estimate => {
    const draws = each[0]!.drawn[of].map((_, draw) =>
      mean(each.flatMap(({ drawn }) => (Number.isNaN(drawn[of][draw]) ? [] : drawn[of][draw]!))),
    );
    return { value: mean(each.map(({ points }) => read(points))), ...bounds(draws) };
  };
  return { kind, auc: estimate(areaUnder, 'auc'), eer: estimate((of) => equalErrorRate(of).rate, 'eer') };
}

function scoredUnits(sources: readonly SourceUnits[], kind: ScoreKind): ScoredUnit[] {
  return sources.flatMap(({ units }, source) =>
    units.flatMap(({ scores, live, subject }) => {
      const score = scores[kind]?.logOdds ?? null;
      return score === null ? [] : [{ score, live, subject, source }];
    }),
  );
}

const isWithBoth = (units: readonly ScoredUnit[]) =>
  units.some(({ live }) => live) && units.some(({ live }) => !live);

/**
 * Each class of each source weighs the same, however many units it has.
 *
 * @param counts how often each unit counts; once by default
 */
function evenWeights(units: readonly ScoredUnit[], counts?: ArrayLike<number>): Float64Array {
  const sources = units.reduce((most, { source }) => Math.max(most, source + 1), 0);
  const [lives, attacks] = [new Float64Array(sources), new Float64Array(sources)];
  for (let at = 0; at < units.length; at++) {
    const { live, source } = units[at]!;
    (live ? lives : attacks)[source]! += counts?.[at] ?? 1;
  }
  const weights = new Float64Array(units.length);
  for (let at = 0; at < units.length; at++) {
    const { live, source } = units[at]!;
    // A draw that misses a class of a source says nothing of that source.
    if (lives[source] === 0 || attacks[source] === 0) continue;
    weights[at] = (counts?.[at] ?? 1) / (live ? lives : attacks)[source]!;
  }
  return weights;
}

/** AUC and EER of each draw; NaN of those that miss a class everywhere. */
function bootstrap(
  sources: readonly SourceUnits[],
  units: readonly ScoredUnit[],
  ranking: Ranking,
): { readonly auc: readonly number[]; readonly eer: readonly number[] } {
  const numbers = units.map(({ source, subject }) => sources[source]!.draws.numbers.get(subject)!);
  const [auc, eer]: [number[], number[]] = [[], []];
  const draws = sources[0]?.draws.draws ?? 0;
  for (let draw = 0; draw < draws; draw++) {
    const drawn = sources.map((source) => source.draws.counts[draw]!);
    const counts = units.map(({ source }, at) => drawn[source]![numbers[at]!]!);
    const points = operatingPoints(ranking, evenWeights(units, counts));
    auc.push(points ? areaUnder(points) : Number.NaN);
    eer.push(points ? equalErrorRate(points).rate : Number.NaN);
  }
  return { auc, eer };
}

/** Where no draw mixes the classes, draws cannot tell how far from 1 it may be. */
function areaBounds(values: readonly number[]) {
  const { low, high } = bounds(values);
  return low === 1 ? { low: null, high: null } : { low, high };
}

/**
 * Where no draw errs, the upper end is the exact one of no error among the people of the class that has fewer: with
 * three attackers nobody knows that there are no errors.
 */
function errorBounds(values: readonly number[], units: readonly ScoredUnit[]) {
  const { low, high } = bounds(values);
  if (high !== 0) return { low, high };
  const people = (isLive: boolean) =>
    new Set(units.flatMap(({ live, source, subject }) => (live === isLive ? `${source} ${subject}` : [])))
      .size;
  return { low, high: exactInterval(0, Math.min(people(true), people(false))).high };
}

function bounds(values: readonly number[]): { readonly low: number | null; readonly high: number | null } {
  return interval(values) ?? { low: null, high: null };
}

function bpcerAt(
  points: OperatingPoints,
  allowed: number,
  units: readonly ScoredUnit[],
  sources: readonly SourceUnits[],
  pooled: boolean,
): BpcerAtApcer {
  const place = placeOfApcer(points, allowed);
  const threshold = points.thresholds[place]!;
  const genuine = units.filter(({ live }) => live);
  const errs = ({ score }: ScoredUnit) => threshold === null || score < threshold;
  const bpcer: Rate = pooled
    ? pooledRate(
        sources.map(({ draws }, source) => ({
          draws,
          trials: genuine
            .filter((unit) => unit.source === source)
            .map((unit) => ({ subject: unit.subject, errs: errs(unit) })),
        })),
      )!
    : exactRate(genuine.filter(errs).length, genuine.length)!;
  return { allowed, apcer: points.apcer[place]!, threshold, bpcer };
}

function detOf(points: OperatingPoints): DetPoint[] {
  const { thresholds, apcer, bpcer } = points;
  return spread(points).map((at) => ({ threshold: thresholds[at]!, apcer: apcer[at]!, bpcer: bpcer[at]! }));
}

/** Where histograms begin and end; log-odds of 0.0003 and 0.9997. */
const histogramEnd = 8;
const histogramStep = 0.5;

function histogram(units: readonly ScoredUnit[]): HistogramBin[] {
  const bins = Array.from({ length: (2 * histogramEnd) / histogramStep }, (_, at) => {
    const from = at * histogramStep - histogramEnd;
    return { from, to: from + histogramStep, bonaFide: 0, attack: 0 };
  });
  for (const live of [true, false]) {
    const rows = units.filter((unit) => unit.live === live);
    const perSource = new Map<number, number>();
    for (const { source } of rows) perSource.set(source, (perSource.get(source) ?? 0) + 1);
    for (const { score, source } of rows) {
      const at = Math.floor((score + histogramEnd) / histogramStep);
      const bin = bins[Math.min(Math.max(at, 0), bins.length - 1)]!;
      bin[live ? 'bonaFide' : 'attack'] += 1 / perSource.get(source)! / perSource.size;
    }
  }
  return bins;
}

function reliabilityOf(weighed: Parameters<typeof reliability>[0]) {
  return reliability(weighed).map(({ rows, ...bin }) => ({ ...bin, units: rows }));
}

const asProbability = ({ score, live, subject }: ScoredUnit) => ({
  score: probabilityOf(score),
  live,
  subject,
});
