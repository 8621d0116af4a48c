import { describe, expect, it } from 'vitest';
import { verificationReport } from './verification.ts';

const run = {
  embedder: 'dlib-resnet',
  pairs: 'pairs.csv',
  pairsSha256: 'ab'.repeat(32),
  notMeasured: 1,
  threshold: 0.35,
  seed: 1,
  draws: 300,
};

const pair = (one: string, other: string, distance: number) => ({ one, other, distance });

describe('verificationReport', () => {
  const pairs = [
    pair('ann', 'ann', 0.1),
    pair('bo', 'bo', 0.35),
    pair('cy', 'cy', 0.5),
    pair('cy', 'cy', 0.2),
    pair('ann', 'bo', 0.3),
    pair('ann', 'cy', 0.8),
    pair('bo', 'cy', 0.9),
    pair('bo', 'dee', 1),
  ];
  const report = verificationReport(pairs, run);

  it('counts people and pairs', () => {
    expect(report).toMatchObject({ people: 4, genuine: 4, impostor: 4, notMeasured: 1 });
  });

  it('counts errors at the threshold, up to which faces match', () => {
    expect(report.fmr.value).toBe(0.25);
    expect(report.fnmr.value).toBe(0.25);
    // Of 16 pairs 0.1, 0.2 win all 4, 0.35 and 0.5 win 3.
    expect(report.auc.value).toBeCloseTo(14 / 16, 12);
    expect(report.eer.value).toBe(0.25);
  });

  it('finds FNMR where no impostor may match', () => {
    expect(report.fnmrAt[0]).toMatchObject({ fmr: 0.01, threshold: 0.2, fnmr: { value: 0.5 } });
  });

  it('takes a hundredth for one where floating point makes a little more of it', () => {
    // Six of 600 strangers lie as near as 0.3: 1 − 594/600 is 0.010000000000000009.
    const strangers = Array.from({ length: 600 }, (_, at) => pair('ann', 'bo', at < 6 ? 0.3 : 0.9));
    const { fnmrAt } = verificationReport([...strangers, pair('ann', 'ann', 0.1), pair('bo', 'bo', 0.4)], {
      ...run,
      draws: 1,
    });
    expect(fnmrAt[0]).toMatchObject({ fmr: 0.01, threshold: 0.4, fnmr: { value: 0 } });
  });

  it('draws people, and says how sure it is', () => {
    expect(report.fnmr.low).toBeLessThan(0.25);
    expect(report.fnmr.high).toBeGreaterThan(0.25);
    expect(verificationReport(pairs, run)).toEqual(report);
  });

  it('does not take no error for no doubt', () => {
    const apart = verificationReport(
      pairs.map((one) => ({ ...one, distance: one.one === one.other ? 0.1 : 0.9 })),
      run,
    );
    // One minus the 2.5 % root: none of 2 pairs of two people, none of 3 people.
    expect(apart.fmr).toEqual({ value: 0, low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 2), 9) });
    expect(apart.fnmr).toEqual({ value: 0, low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 3), 9) });
  });

  it('has a curve from the smallest distance to the largest', () => {
    const limits = report.det.map(({ threshold }) => threshold);
    expect(limits).toEqual(limits.toSorted((one, other) => one - other));
    expect(report.det[0]).toEqual({ threshold: 0, fmr: 0, fnmr: 1 });
    expect(report.det.at(-1)).toEqual({ threshold: 1, fmr: 1, fnmr: 0 });
  });

  it('needs pairs of both kinds', () => {
    expect(() => verificationReport([pair('ann', 'ann', 0.1)], run)).toThrow(/pairs of two/);
  });
});
