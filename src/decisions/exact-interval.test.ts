import { describe, expect, it } from 'vitest';
import { exactInterval } from './exact-interval.ts';

describe('exactInterval', () => {
  // R: binom.test(successes, trials)$conf.int
  it.each([
    [0, 10, 0, 0.3084971],
    [1, 10, 0.002528579, 0.4450161],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.6915029, 1],
    [2, 20, 0.0123485, 0.3169827],
    [0, 30, 0, 0.1157033],
  ])('has the values of tables for %d of %d', (successes, trials, low, high) => {
    const interval = exactInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  it.each([
    [3, 7],
    [17, 40],
    [270, 540],
    [539, 540],
    [1200, 20_000],
  ])('leaves 2.5 %% on either side of %d of %d, by the sum of the binomial terms', (successes, trials) => {
    const { low, high } = exactInterval(successes, trials);
    expect(1 - atMost(successes - 1, trials, low)).toBeCloseTo(0.025, 8);
    expect(atMost(successes, trials, high)).toBeCloseTo(0.025, 8);
  });

  it('mirrors itself: errors and successes are the same question', () => {
    const [few, many] = [exactInterval(12, 400), exactInterval(388, 400)];
    expect(few.low).toBeCloseTo(1 - many.high, 12);
    expect(few.high).toBeCloseTo(1 - many.low, 12);
  });
});

function atMost(successes: number, trials: number, share: number): number {
  let logTerm = trials * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let count = 1; count <= successes; count++) {
    logTerm += Math.log((trials - count + 1) / count) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logTerm);
  }
  return sum;
}
