import { expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

/** How many of `count` may come, one every `interval` milliseconds. */
function passed(mayCome: () => boolean, clock: { at: number }, count: number, interval: number): number {
  let passes = 0;
  for (let come = 0; come < count; come++) {
    clock.at += interval;
    if (mayCome()) passes++;
  }
  return passes;
}

function limited(perSecond: number) {
  const clock = { at: 5_000 };
  return { clock, mayCome: createRateLimit(perSecond, () => clock.at) };
}

it.each([5, 60, 1000])('lets %i at once through, and no more', (perSecond) => {
  const { clock, mayCome } = limited(perSecond);
  expect(passed(mayCome, clock, 2 * perSecond, 0)).toBe(perSecond);
});

it('lets a steady stream at the limit through for ever', () => {
  const { clock, mayCome } = limited(8);
  expect(passed(mayCome, clock, 1_000, 125)).toBe(1_000);
});

it('holds a steady flood to the limit', () => {
  const { clock, mayCome } = limited(10);
  expect(passed(mayCome, clock, 1_000, 10)).toBe(10 + 99);
});

it('saves nothing up beyond a second', () => {
  const { clock, mayCome } = limited(5);
  passed(mayCome, clock, 5, 0);
  clock.at += 60_000;
  expect(passed(mayCome, clock, 20, 0)).toBe(5);
});

it('takes less than one a second', () => {
  const { clock, mayCome } = limited(0.5);
  expect([mayCome(), mayCome()]).toEqual([true, false]);
  clock.at += 1_999;
  expect(mayCome()).toBe(false);
  clock.at += 1;
  expect(mayCome()).toBe(true);
});
