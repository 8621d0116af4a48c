/** Where each value of rows lies and how far it spreads. */
export interface Standard {
  readonly mean: readonly number[];
  /** Standard deviations; 1 where a value never changes. */
  readonly scale: readonly number[];
}

/** The mean and the standard deviation of each column; rows are of one length, one at least. */
export function standardOf(rows: readonly (readonly number[])[]): Standard {
  const columns = rows[0]!.map((_, at) => rows.map((row) => row[at]!));
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const scale = columns.map((column, at) => {
    const variance = column.reduce((sum, value) => sum + (value - mean[at]!) ** 2, 0) / column.length;
    // Rounding leaves a trace of variance where there is none.
    return variance > 1e-12 * (mean[at]! ** 2 + 1) ? Math.sqrt(variance) : 1;
  });
  return { mean, scale };
}

/** A row in standard deviations from the mean. */
export function standardise({ mean, scale }: Standard, row: readonly number[]): number[] {
  return row.map((value, at) => (value - mean[at]!) / scale[at]!);
}
