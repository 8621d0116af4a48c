import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from '../training/detection-rates.ts';
import {
  areaUnder,
  bestCut,
  equalErrorRate,
  type OperatingPoints,
  operatingPoints,
  placeOfApcer,
  rank,
} from './ranking.ts';

const rows = (live: readonly number[], attacks: readonly number[]) => [
  ...live.map((score) => ({ score, live: true })),
  ...attacks.map((score) => ({ score, live: false })),
];

function pointsOf(live: readonly number[], attacks: readonly number[]): OperatingPoints {
  const all = rows(live, attacks);
  return operatingPoints(rank(all), new Float64Array(all.length).fill(1))!;
}

/** Quantiles of a logistic distribution, which has them in closed form. */
const logistic = (centre: number, count: number) =>
  Array.from({ length: count }, (_, at) => {
    const share = (at + 0.5) / count;
    return centre + Math.log(share / (1 - share));
  });

describe('operatingPoints', () => {
  it('counts who passes from each score up', () => {
    const { thresholds, apcer, bpcer } = pointsOf([2, 3], [1, 2]);
    expect(thresholds).toEqual([1, 2, 3, null]);
    expect([...apcer]).toEqual([1, 0.5, 0, 0]);
    expect([...bpcer]).toEqual([0, 0, 0.5, 1]);
  });

  it('knows none and all exactly, whatever the weights add up to', () => {
    // Fifteen weights of a fifteenth add up to a little more than 1.
    const [live, attacks] = [20, 0].map((from) => Array.from({ length: 15 }, (_, at) => from + at));
    const all = rows(live!, attacks!);
    const points = operatingPoints(rank(all), new Float64Array(30).fill(1 / 15))!;
    expect([...points.apcer].slice(15)).toEqual(new Array(16).fill(0));
    expect(equalErrorRate(points).rate).toBe(0);
    expect(areaUnder(points)).toBe(1);
  });

  it('has none where a class is missing, or has no weight', () => {
    expect(operatingPoints(rank(rows([1], [])), [1])).toBeUndefined();
    expect(operatingPoints(rank([]), [])).toBeUndefined();
    expect(operatingPoints(rank(rows([1], [0])), [1, 0])).toBeUndefined();
  });

  it('weighs rows: one that counts twice is two', () => {
    const weighed = operatingPoints(rank(rows([3, 1], [2])), [2, 1, 1])!;
    const repeated = pointsOf([3, 3, 1], [2]);
    expect(weighed).toEqual(repeated);
  });
});

describe('areaUnder', () => {
  it.each([
    ['apart', [2, 3], [0, 1], 1],
    ['the wrong way round', [0, 1], [2, 3], 0],
    ['all alike', [1, 1, 1], [1, 1], 0.5],
    // Of the pairs 1<2, 3>2, 2=2: one and a half of three.
    ['one tie', [1, 2, 3], [2], 0.5],
  ])('is right for scores %s', (_what, live, attacks, area) => {
    expect(areaUnder(pointsOf(live, attacks))).toBeCloseTo(area, 12);
    expect(areaUnderCurve(rows(live, attacks))).toBeCloseTo(area, 12);
  });

  it('is that of proportional odds for two logistic distributions', () => {
    const odds = Math.exp(3);
    const points = pointsOf(logistic(1.5, 2000), logistic(-1.5, 2000));
    expect(areaUnder(points)).toBeCloseTo((odds * (odds - 1 - Math.log(odds))) / (odds - 1) ** 2, 4);
  });
});

describe('equalErrorRate', () => {
  it.each([0.5, 1.5, 3])('is 1 / (1 + e^c) for logistic distributions at ±c = %d', (centre) => {
    const { rate, threshold } = equalErrorRate(pointsOf(logistic(centre, 4000), logistic(-centre, 4000)));
    expect(rate).toBeCloseTo(1 / (1 + Math.exp(centre)), 3);
    expect(threshold).toBeCloseTo(0, 2);
  });

  it('is 0 for classes that lie apart, 1 the wrong way round, one half where nothing tells', () => {
    expect(equalErrorRate(pointsOf([2, 3], [0, 1])).rate).toBe(0);
    expect(equalErrorRate(pointsOf([0], [1])).rate).toBe(1);
    expect(equalErrorRate(pointsOf([1, 1], [1, 1])).rate).toBe(0.5);
  });

  it('lies on the line between two thresholds', () => {
    // From 2 up: APCER 1/2, BPCER 0; from 3 up: APCER 0, BPCER 1/2 (both twos refused at once).
    expect(equalErrorRate(pointsOf([2, 3], [1, 2])).rate).toBeCloseTo(0.25, 12);
  });
});

describe('placeOfApcer', () => {
  it('refuses as few as possible', () => {
    const points = pointsOf([1, 2, 3, 4], [0, 0, 0, 2.5]);
    const place = placeOfApcer(points, 0.25);
    expect(points.apcer[place]).toBe(0.25);
    expect(points.bpcer[place]).toBe(0);
    expect(points.bpcer[placeOfApcer(points, 0.1)]).toBe(0.5);
  });

  it('refuses everybody where an attack scores highest and none may pass', () => {
    const points = pointsOf([1], [2]);
    expect(points.thresholds[placeOfApcer(points, 0.01)]).toBeNull();
  });

  it('takes sums of thirds for one third', () => {
    const all = rows([5], [1, 2, 3]);
    const points = operatingPoints(rank(all), [1, 1 / 3, 1 / 3, 1 / 3])!;
    expect(points.thresholds[placeOfApcer(points, 1 / 3)]).toBe(3);
  });

  it('is that of two logistic distributions', () => {
    const points = pointsOf(logistic(2, 4000), logistic(-2, 4000));
    // APCER 5 % at ln 19 − 2, where BPCER is 1 / (1 + e^(2 − t)).
    expect(points.bpcer[placeOfApcer(points, 0.05)]).toBeCloseTo(1 / (1 + Math.exp(4 - Math.log(19))), 3);
  });
});

describe('bestCut', () => {
  it('lies halfway between classes that lie apart', () => {
    expect(bestCut(pointsOf([4, 5], [1, 2]))).toBe(3);
  });

  it('is past all scores where refusing everybody is best', () => {
    expect(bestCut(pointsOf([1, 1], [1, 1]))).toBe(1);
    expect(bestCut(pointsOf([0, 1], [2]))).toBeLessThanOrEqual(0);
  });
});
