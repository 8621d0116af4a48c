/** The arithmetic mean; NaN where there are no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value in the middle; the lower one of two. NaN where there are no values. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/**
 * The value below which a share of the others lies: one of them, never between two.
 *
 * @param share 0 (the least) to 1 (the greatest)
 * @returns NaN where there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  return percentileOfSorted(
    values.toSorted((one, other) => one - other),
    share,
  );
}

/** The {@link percentile} of values that are sorted already, the least first. */
export function percentileOfSorted(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** The value, or the limit that it is beyond. */
export function clamp(value: number, from: number, to: number): number {
  return Math.min(Math.max(value, from), to);
}
