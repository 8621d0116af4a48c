import { describe, expect, it } from 'vitest';
import { drawSubjects, interval } from './draws.ts';
import { exactRate, pooledRate } from './rates.ts';

const seeded = { seed: 1, draws: 1000 };

function source(name: string, errs: readonly boolean[], subjectOf = (at: number) => `s${at}`) {
  const trials = errs.map((err, at) => ({ subject: subjectOf(at), errs: err }));
  return {
    trials,
    draws: drawSubjects(
      trials.map(({ subject }) => subject),
      name,
      seeded,
    ),
  };
}

const errors = (count: number, of: number) => Array.from({ length: of }, (_, at) => at < count);

describe('exactRate', () => {
  it('is a share with its exact interval', () => {
    const rate = exactRate(1, 10)!;
    expect(rate).toMatchObject({ errors: 1, of: 10, rate: 0.1, interval: 'clopper_pearson' });
    expect(rate.low).toBeCloseTo(0.0025, 4);
    expect(rate.high).toBeCloseTo(0.445, 3);
  });

  it('is missing, not 0, where there is nothing', () => {
    expect(exactRate(0, 0)).toBeNull();
    expect(pooledRate([])).toBeNull();
    expect(pooledRate([source('a', [])])).toBeNull();
  });
});

describe('pooledRate', () => {
  it('weighs sources alike, however many trials they have', () => {
    const rate = pooledRate([source('a', errors(1, 100)), source('b', errors(1, 2))])!;
    expect(rate).toMatchObject({ errors: 2, of: 102, interval: 'bootstrap' });
    expect(rate.rate).toBeCloseTo((0.01 + 0.5) / 2, 12);
    expect(rate.low).toBeLessThan(rate.rate);
    expect(rate.high).toBeGreaterThan(rate.rate);
  });

  it('passes over a source without trials', () => {
    expect(pooledRate([source('a', errors(1, 4)), source('b', [])])!.rate).toBe(0.25);
  });

  it('falls back on the exact interval where no draw could differ', () => {
    expect(pooledRate([source('a', errors(0, 30))])).toEqual(exactRate(0, 30));
    expect(pooledRate([source('a', errors(5, 5)), source('b', errors(2, 2))])).toEqual(exactRate(7, 7));
  });

  it('takes no errors of one subject for one trial without an error, however many there were', () => {
    const rate = pooledRate([source('a', errors(0, 100), (at) => `s${at % 5}`)])!;
    expect(rate).toMatchObject({ errors: 0, of: 100, rate: 0, low: 0, interval: 'clopper_pearson' });
    expect(rate.high).toBe(exactRate(0, 5)!.high);
  });

  it('knows that many trials of one subject are one', () => {
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const apart = pooledRate([source('a', errors(50, 100))])!;
    const together = pooledRate([source('a', errors(50, 100), (at) => `s${Math.floor(at / 25)}`)])!;
    expect(width(together)).toBeGreaterThan(2 * width(apart));
  });

  it('agrees with the normal interval of a share where there are many', () => {
    const { low, high } = pooledRate([source('a', errors(300, 1000))])!;
    const half = 1.96 * Math.sqrt((0.3 * 0.7) / 1000);
    expect(low).toBeCloseTo(0.3 - half, 2);
    expect(high).toBeCloseTo(0.3 + half, 2);
  });
});

describe('drawSubjects', () => {
  it('draws as many as there are, the same each time, others for another source', () => {
    const names = ['a', 'b', 'c', 'a'];
    const drawn = drawSubjects(names, 'x', seeded);
    expect(drawn.numbers.size).toBe(3);
    expect(drawn.counts.every((counts) => counts.reduce((sum, count) => sum + count, 0) === 3)).toBe(true);
    expect(drawSubjects(names, 'x', seeded)).toEqual(drawn);
    expect(drawSubjects(names, 'y', seeded).counts).not.toEqual(drawn.counts);
  });
});

describe('interval', () => {
  it('passes over draws that say nothing', () => {
    expect(interval([Number.NaN, 0.5])).toEqual({ low: 0.5, high: 0.5 });
    expect(interval([Number.NaN])).toBeNull();
  });
});
