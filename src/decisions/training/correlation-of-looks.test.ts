import { expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import type { ScoredPresentation } from './choose-limits.ts';
import { correlationOfLooks } from './correlation-of-looks.ts';

/** Clips of both classes: how far they differ from each other, and their frames among themselves. */
function clips(count: number, looks: number, { between = 0, within = 0 }): ScoredPresentation[] {
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, clip) => {
    const middle = (clip % 2 === 0 ? 3 : -3) + between * normal();
    return Array.from({ length: looks }, () => ({
      source: 'camera',
      unit: `${clip}`,
      live: clip % 2 === 0,
      logOdds: middle + within * normal(),
    }));
  }).flat();
}

it('finds the share of the variance that lies between clips', () => {
  expect(correlationOfLooks(clips(400, 8, { between: 2, within: 1 }))).toBeCloseTo(0.8, 1);
  expect(correlationOfLooks(clips(400, 8, { between: 1, within: 2 }))).toBeCloseTo(0.2, 1);
  expect(correlationOfLooks(clips(400, 8, { within: 1 }))).toBeLessThan(0.05);
  expect(correlationOfLooks(clips(40, 8, { between: 1 }))).toBeCloseTo(1, 9);
});

it('gives what a table of three clips gives by hand', () => {
  // Shrout and Fleiss: means 2, 5, 8 of two looks each, one off on either side: (18 - 2) / (18 + 2) = 0.8.
  const hand = [2, 5, 8].flatMap((middle, unit) =>
    [-1, 1].map((off) => ({ source: 'one', unit: `${unit}`, live: true, logOdds: middle + off })),
  );
  const many = Array.from({ length: 5 }, (_, copy) =>
    hand.map((row) => ({ ...row, unit: `${copy} ${row.unit}` })),
  ).flat();
  // The same five times over: between 14 degrees of freedom in place of 10.
  const meanSquares = { between: (18 * 2 * 5) / 14, within: 2 };
  const { between, within } = meanSquares;
  expect(correlationOfLooks(many)).toBeCloseTo((between - within) / (between + within), 9);
});

it('takes many looks for one where too few clips tell', () => {
  expect(correlationOfLooks(clips(8, 5, { within: 1 }))).toBe(1);
  expect(correlationOfLooks([])).toBe(1);
});
