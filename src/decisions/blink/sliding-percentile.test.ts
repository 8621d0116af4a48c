import { expect, it } from 'vitest';
import { percentile } from '../statistics.ts';
import { type Reading, slidingPercentile } from './sliding-percentile.ts';

/** The same, as it is defined. */
function plainly(times: readonly number[], readings: readonly Reading[], reach: number, share: number) {
  return times.map((time) => {
    const near = readings.filter(({ at }) => Math.abs(at - time) <= reach);
    return percentile(
      near.map(({ value }) => value),
      share,
    );
  });
}

/** Numbers from 0 to 1 that look random and are the same in every run (Park and Miller 1988). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('is what its definition says of random readings (seed %d)', (seed) => {
  const random = randomNumbers(seed * 7_919);
  let now = 0;
  const times = Array.from({ length: 300 }, () => {
    now += random() < 0.05 ? 5_000 * random() : 60 * random();
    return now;
  });
  // Some times have no reading, some values are equal.
  const readings = times
    .filter(() => random() < 0.7)
    .map((at) => ({ at, value: Math.round(random() * 20) / 20 - 0.2 }));
  const [reach, share] = [300 + 3_000 * random(), random()];
  expect(slidingPercentile(times, readings, reach, share)).toEqual(plainly(times, readings, reach, share));
});

it('is no number where nothing is within reach', () => {
  expect(slidingPercentile([0, 5_000], [{ at: 10, value: 3 }], 100, 0.8)).toEqual([3, Number.NaN]);
  expect(slidingPercentile([7], [], 100, 0.8)).toEqual([Number.NaN]);
  expect(slidingPercentile([], [{ at: 10, value: 3 }], 100, 0.8)).toEqual([]);
});
