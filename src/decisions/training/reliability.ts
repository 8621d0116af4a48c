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
  const weigh = (isLive: boolean) =>
    sum(rows.flatMap(({ live, weight = 1 }) => (live === isLive ? weight : [])));
  const [live, attacks] = [weigh(true), weigh(false)];
  const countOf = (row: WeighedRow) => (row.weight ?? 1) / (row.live ? live : attacks);
  return Array.from({ length: bins }, (_, bin) => ({ from: bin / bins, to: (bin + 1) / bins })).flatMap(
    ({ from, to }) => {
      const inside = rows.filter(({ score }) => score >= from && (score < to || (to === 1 && score === 1)));
      if (inside.length === 0) return [];
      const all = sum(inside.map(countOf));
      const lives = sum(inside.filter((row) => row.live).map(countOf));
      const predicted = sum(inside.map((row) => countOf(row) * row.score)) / all;
      return [{ from, to, rows: inside.length, predicted, observed: lives / all }];
    },
  );
}

/**
 * The Brier score, both classes counting alike: the mean squared distance of scores from 1 (live) and 0; 0.25 is what
 * a constant 0.5 has, 0 is perfect. Rows weigh as in {@link reliability}. NaN where a class has no row.
 */
export function brierScore(rows: readonly WeighedRow[]): number {
  const distance = (isLive: boolean) => {
    const ofClass = rows.filter(({ live }) => live === isLive);
    const squares = ofClass.map(({ score, weight = 1 }) => weight * (score - (isLive ? 1 : 0)) ** 2);
    return sum(squares) / sum(ofClass.map(({ weight = 1 }) => weight));
  };
  return (distance(true) + distance(false)) / 2;
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
