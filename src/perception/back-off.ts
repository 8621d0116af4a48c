const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/**
 * How long to wait before the next start, in milliseconds: nothing after a process that had done its
 * work, then 100 ms, doubling up to 10 s, while starts keep failing.
 *
 * @param failures failed starts in a row, 0 or more
 */
export function backOffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}
