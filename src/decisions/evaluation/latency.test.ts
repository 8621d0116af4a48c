import { expect, it } from 'vitest';
import { latencies } from './latency.ts';

it('adds up what a stage took in a file, and sorts by what takes longest', () => {
  const files = [
    [
      ['decode', 2],
      ['mesh', 5],
      ['mesh', 5],
    ],
    [
      ['decode', 4],
      ['mesh', 20],
    ],
  ] as const;
  expect(latencies(files)).toEqual([
    { stage: 'total', files: 2, p50: 12, p90: 12, p99: 12 },
    { stage: 'mesh', files: 2, p50: 10, p90: 10, p99: 10 },
    { stage: 'decode', files: 2, p50: 2, p90: 2, p99: 2 },
  ]);
  expect(latencies([])).toEqual([]);
});
