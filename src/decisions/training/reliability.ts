import { mean } from '../statistics.ts';
import type { ScoredRow } from './detection-rates.ts';

/** Rows whose scores lie between two limits. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** The mean of the scores; what share of the rows should be live. */
  readonly predicted: number;
  /** The share that is live, both classes counting alike in all. */
  readonly observed: number;
}

/**
 * Whether a probability keeps its word: of rows that score 0.8, 80 % should be live. Both classes count alike in all,
 * as in training, whatever their numbers in the data. Bins without rows are left out.
 *
 * @param rows each may have a weight within its class; 1 where it has none
 */
export function reliability(
  rows: readonly (ScoredRow & { readonly weight?: number })[],
  bins = 10,
): ReliabilityBin[] {
  type Row = (typeof rows)[number];
  const weigh = (isLive: boolean) =>
    rows.reduce((sum, { live, weight = 1 }) => (live === isLive ? sum + weight : sum), 0);
  const [live, attacks] = [weigh(true), weigh(false)];
  const countOf = (row: Row) => (row.weight ?? 1) / (row.live ? live : attacks);
  return Array.from({ length: bins }, (_, bin) => ({ from: bin / bins, to: (bin + 1) / bins })).flatMap(
    ({ from, to }) => {
      const inside = rows.filter(({ score }) => score >= from && (score < to || (to === 1 && score === 1)));
      if (inside.length === 0) return [];
      const all = inside.reduce((sum, row) => sum + countOf(row), 0);
      const lives = inside.filter((row) => row.live).reduce((sum, row) => sum + countOf(row), 0);
      const predicted = inside.reduce((sum, row) => sum + countOf(row) * row.score, 0) / all;
      return [{ from, to, rows: inside.length, predicted, observed: lives / all }];
    },
  );
}

/**
 * The Brier score, both classes counting alike: the mean squared distance of scores from 1 (live) and 0; 0.25 is what
 * a constant 0.5 has, 0 is perfect.
 */
export function brierScore(rows: readonly ScoredRow[]): number {
  const distances = (live: boolean) =>
    rows.filter((row) => row.live === live).map(({ score }) => (score - (live ? 1 : 0)) ** 2);
  return (mean(distances(true)) + mean(distances(false))) / 2;
}
