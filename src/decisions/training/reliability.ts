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

/** A row that may have a weight within its class; 1 where it has none. */
type WeighedRow = ScoredRow & { readonly weight?: number };

/**
 * Whether a probability keeps its word: of rows that score 0.8, 80 % should be live. Both classes count alike in all,
 * as in training, whatever their numbers in the data. Bins without rows are left out.
 */
export function reliability(rows: readonly WeighedRow[], bins = 10): ReliabilityBin[] {
  const countOf = sharesOf(rows);
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
 * a constant 0.5 has, 0 is perfect. Rows weigh as in {@link reliability}. NaN where a class has no row.
 */
export function brierScore(rows: readonly WeighedRow[]): number {
  if (!rows.some(({ live }) => live) || rows.every(({ live }) => live)) return Number.NaN;
  const countOf = sharesOf(rows);
  return rows.reduce((sum, row) => sum + countOf(row) * (row.score - (row.live ? 1 : 0)) ** 2, 0) / 2;
}

/** How much a row counts within its class; each class adds up to 1. */
function sharesOf(rows: readonly WeighedRow[]): (row: WeighedRow) => number {
  const weigh = (isLive: boolean) =>
    rows.reduce((sum, { live, weight = 1 }) => (live === isLive ? sum + weight : sum), 0);
  const [lives, attacks] = [weigh(true), weigh(false)];
  return ({ live, weight = 1 }) => weight / (live ? lives : attacks);
}
