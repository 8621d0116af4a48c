import { describe, expect, it } from 'vitest';
import { chooseLimits, type ScoredPresentation } from './choose-limits.ts';

const rates = { attacksCalledLive: 0.05, genuineCalledAttack: 0.02 };

/** One unit for each score. */
const scored = (live: boolean, scores: readonly number[], source = 'one'): ScoredPresentation[] =>
  scores.map((logOdds, at) => ({ source, unit: `${live} ${at}`, live, logOdds }));
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('limits', () => {
  it('let so many errors pass, and not one more', () => {
    // 100 attacks from 1 to 100: 5 % are 96 to 100. 100 genuine faces from 51 to 150: 2 % are 51 and 52.
    const limits = chooseLimits(
      [
        ...scored(false, upTo(100)),
        ...scored(
          true,
          upTo(100).map((at) => at + 50),
        ),
      ],
      rates,
    );
    expect(limits).toEqual({ live: 95.5, attack: 52.5 });
  });

  it('lie beyond all that was seen where a single one would be too many', () => {
    const limits = chooseLimits([...scored(false, [1, 2, 3]), ...scored(true, [2.5, 2.7, 4])], rates);
    expect(limits.live).toBeCloseTo(3.1);
    expect(limits.attack).toBeCloseTo(2.4);
  });

  it('take scores that are alike together', () => {
    const attacks = [...upTo(94), 95, 95, 95, 95, 95, 95];
    const { live } = chooseLimits([...scored(false, attacks), ...scored(true, [0, 200])], rates);
    expect(live).toBeCloseTo(95.1);
  });

  it('weigh sources alike, and units alike', () => {
    const small = [...scored(false, [50], 'small'), ...scored(true, [0, 200])];
    // The small source is half of all attacks.
    expect(chooseLimits([...small, ...scored(false, upTo(40), 'large')], rates).live).toBeCloseTo(50.1);
    const frames = Array.from({ length: 300 }, () => ({
      source: 'one',
      unit: 'clip',
      live: false,
      logOdds: 60,
    }));
    const units = scored(false, upTo(40)).concat(frames, scored(true, [0, 200]));
    // One of 41 units, the clip, may pass, and one more does not fit.
    expect(chooseLimits(units, rates).live).toBe(39.5);
  });

  it('leave undecided what lies between the classes, where nobody was seen', () => {
    const { live, attack } = chooseLimits([...scored(false, [1, 2]), ...scored(true, [8, 9])], rates);
    expect(attack).toBeCloseTo(2.1);
    expect(live).toBeCloseTo(7.9);
  });
});
