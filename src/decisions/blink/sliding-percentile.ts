import { percentileOfSorted } from '../statistics.ts';

/** Something measured at a time; milliseconds. */
export interface Reading {
  readonly at: number;
  readonly value: number;
}

/**
 * For each time, the percentile of the readings at most `reach` away from it. The window slides: its readings
 * are kept sorted instead of being sorted for each time, so that a long clip costs little more than a short one
 * for each of its frames.
 *
 * @param times in order; milliseconds
 * @param readings in order; any of them may be out of every window's reach
 * @param reach milliseconds before and after
 * @param share as in `percentile`
 * @returns one for each time; NaN where no reading is within reach
 */
export function slidingPercentile(
  times: readonly number[],
  readings: readonly Reading[],
  reach: number,
  share: number,
): readonly number[] {
  const window: number[] = [];
  let [first, next] = [0, 0];
  return times.map((time) => {
    for (; next < readings.length && readings[next]!.at - time <= reach; next++) {
      const { value } = readings[next]!;
      window.splice(placeOf(window, value), 0, value);
    }
    for (; first < next && time - readings[first]!.at > reach; first++)
      window.splice(placeOf(window, readings[first]!.value), 1);
    return percentileOfSorted(window, share);
  });
}

/** Where the value stands among sorted ones, or would: before all that are not less. */
function placeOf(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
