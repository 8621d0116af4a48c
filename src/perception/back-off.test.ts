import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

test('waits 100 ms, doubling up to 10 s, and not at all without a failure', () => {
  expect([0, 1, 2, 3, 7, 8, 9, 5_000].map(backOffMs)).toEqual([
    0, 100, 200, 400, 6_400, 10_000, 10_000, 10_000,
  ]);
});
