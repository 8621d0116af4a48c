import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { drawDirections } from './draw-directions.ts';

const secure = (limit: number) => randomInt(limit);

it('draws every way to ask for three that holds a side, each as often', () => {
  const draws = 56_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const drawn = drawDirections(3, secure).join(' ');
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  expect(counts.size).toBe(56);
  expect([...counts.keys()].filter((drawn) => !/LEFT|RIGHT/.test(drawn))).toEqual([]);
  // Binomial, mean 1,000: six standard deviations are 188.
  for (const count of counts.values()) expect(Math.abs(count - draws / 56)).toBeLessThan(188);
});

it('draws a single direction from all four', () => {
  const drawn = Array.from({ length: 200 }, () => drawDirections(1, secure)[0]);
  expect(new Set(drawn)).toEqual(new Set(['LEFT', 'RIGHT', 'UP', 'DOWN']));
});
