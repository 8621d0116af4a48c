import { expect, it } from 'vitest';
import { clamp, mean, median, percentile } from './statistics.ts';

it('means', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

it('finds the value in the middle, whatever the order', () => {
  expect(median([10, 9, 1])).toBe(9);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

it('finds a percentile, from the least value to the greatest', () => {
  const values = [5, 3, 1, 4, 2];
  expect([0, 0.25, 0.74, 0.75, 1].map((share) => percentile(values, share))).toEqual([1, 2, 3, 4, 5]);
  expect(percentile([], 0.5)).toBeNaN();
  expect(values).toEqual([5, 3, 1, 4, 2]);
});

it('clamps', () => {
  expect([-4, -3, 0, 3, 4].map((value) => clamp(value, -3, 3))).toEqual([-3, -3, 0, 3, 3]);
});
