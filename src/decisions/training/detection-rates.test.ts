import { expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { areaUnderCurve, bootstrapInterval, errorRates, type ScoredRow } from './detection-rates.ts';
import { dealFolds } from './folds.ts';
import { brierScore, reliability } from './reliability.ts';

const row = (score: number, live: boolean, subject = 'one'): ScoredRow => ({ score, live, subject });

it('counts attacks that pass and living people who do not', () => {
  const rows = [row(0.9, true), row(0.4, true), row(0.5, false), row(0.1, false), row(0.2, false)];
  const { apcer, bpcer } = errorRates(rows, 0.5);
  expect(apcer).toMatchObject({ errors: 1, of: 3, rate: 1 / 3 });
  expect(bpcer).toMatchObject({ errors: 1, of: 2, rate: 0.5 });
  // Clopper and Pearson for 1 of 3, from their tables.
  expect(apcer.low).toBeCloseTo(0.0084, 4);
  expect(apcer.high).toBeCloseTo(0.9057, 4);
});

it('has an area of one where all live rows score higher, a half where scores say nothing, and counts ties half', () => {
  expect(areaUnderCurve([row(0.9, true), row(0.8, true), row(0.1, false)])).toBe(1);
  expect(areaUnderCurve([row(0.1, true), row(0.8, false)])).toBe(0);
  expect(areaUnderCurve([row(0.5, true), row(0.5, false), row(0.5, false)])).toBe(0.5);
  expect(areaUnderCurve([row(0.5, true), row(0.5, false), row(0.2, false)])).toBe(0.75);
  expect(areaUnderCurve([row(0.5, true)])).toBeNaN();
});

it('draws subjects, not rows: a hundred pictures of two people say as much as two', () => {
  const rows = Array.from({ length: 100 }, (_, at) => [
    row(0.6, true, at < 50 ? 'ana' : 'bia'),
    row(at < 50 ? 0.1 : 0.9, false, at < 50 ? 'ana' : 'bia'),
  ]).flat();
  const interval = bootstrapInterval(rows, areaUnderCurve, seededRandom(1), 200);
  expect(interval).toEqual({ low: 0, high: 1 });
});

it('deals whole subjects to folds of like size, whatever their order', () => {
  const subjects = ['a', 'a', 'a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'];
  const folds = dealFolds(subjects, 2);
  expect(folds).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
  expect(dealFolds(subjects.toReversed(), 2)).toEqual(folds.toReversed());
});

it('tells a probability that keeps its word from one that does not', () => {
  const rows = [0.1, 0.9].flatMap((score) =>
    Array.from({ length: 100 }, (_, at) => row(score, at < score * 100)),
  );
  for (const { predicted, observed } of reliability(rows)) expect(observed).toBeCloseTo(predicted, 6);
  expect(reliability(rows).map((bin) => bin.rows)).toEqual([100, 100]);
  expect(brierScore(rows)).toBeCloseTo(0.09, 6);
  const bold = rows.map((one) => ({ ...one, score: one.score > 0.5 ? 1 : 0 }));
  expect(reliability(bold).map(({ predicted, observed }) => [predicted, observed])).toEqual([
    [0, expect.closeTo(0.1)],
    [1, expect.closeTo(0.9)],
  ]);
});

it('counts both classes alike, whatever their numbers', () => {
  const rows = [
    ...Array.from({ length: 90 }, () => row(0.5, true)),
    ...Array.from({ length: 10 }, () => row(0.5, false)),
  ];
  expect(reliability(rows)[0]!.observed).toBeCloseTo(0.5, 6);
  expect(brierScore(rows)).toBe(0.25);
});

it('counts rows by their weights, within their class', () => {
  const rows = [
    { ...row(0.9, true), weight: 1 },
    ...Array.from({ length: 10 }, () => ({ ...row(0.1, true), weight: 0.1 })),
    row(0, false),
  ];
  // Of the live rows half of the weight is 0.1 off, half 0.9; the attack not at all.
  expect(brierScore(rows)).toBeCloseTo((0.01 + 0.81) / 2 / 2, 12);
});
