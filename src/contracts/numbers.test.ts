import { expect, it } from 'vitest';
import { round } from './numbers.ts';

it.each([
  [1.24, 1, 1.2],
  [-1.26, 1, -1.3],
  [0.999_96, 4, 1],
  [12.3, 0, 12],
  [3, 2, 3],
])('%d with %i decimal places is %d', (value, digits, rounded) => {
  expect(round(value, digits)).toBe(rounded);
});

it('knows no -0', () => {
  expect(Object.is(round(-0.04, 1), 0)).toBe(true);
});
