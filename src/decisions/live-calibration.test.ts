import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import { measured, unavailable } from './facts.ts';
import {
  combineLogOdds,
  type LiveCalibration,
  liveLogOdds,
  liveProbability,
  logOddsOf,
  probabilityOf,
  uncalibrated,
} from './live-calibration.ts';

const calibration: LiveCalibration = {
  name: 'invented',
  nets: {
    one: { bound: 5, mean: -1, scale: 4, weight: 2 },
    other: { bound: 5, mean: 1, scale: 2, weight: 0.5 },
  },
  bias: 0.25,
  limits: { live: 0.7, attack: 0.3 },
  correlation: 0.6,
  isExperimental: false,
};
const face = (one: number, other: number) => ({
  antiSpoof: { one: measured({ live: 0.5, logit: one }), other: measured({ live: 0.5, logit: other }) },
});
const grid = Array.from({ length: 41 }, (_, at) => at - 20);

describe('log-odds', () => {
  it('are the bias and what each net adds, up to its bound', () => {
    expect(liveLogOdds(face(3, 2), calibration)).toBeCloseTo(0.25 + (2 * 4) / 4 + (0.5 * 1) / 2);
    expect(liveLogOdds(face(5, 2), calibration)).toBe(liveLogOdds(face(40, 2), calibration));
    expect(liveLogOdds(face(-5, 2), calibration)).toBe(liveLogOdds(face(-40, 2), calibration));
    expect(liveProbability(face(3, 2), calibration)).toBeCloseTo(1 / (1 + Math.exp(-2.5)));
  });

  it.each(grid)('never fall when a net rises, the other at %d', (fixed) => {
    for (const rising of [grid.map((at) => face(at, fixed)), grid.map((at) => face(fixed, at))]) {
      const odds = rising.map((facts) => liveLogOdds(facts, calibration)!);
      expect(odds).toEqual(odds.toSorted((a, b) => a - b));
    }
  });

  it('are missing where a net of the calibration is, and do not mind others', () => {
    const { one, other } = face(3, 2).antiSpoof;
    expect(liveLogOdds({ antiSpoof: { one } }, calibration)).toBeUndefined();
    expect(liveLogOdds({ antiSpoof: { one, other: unavailable('no_model') } }, calibration)).toBeUndefined();
    const third = unavailable('no_model');
    expect(liveLogOdds({ antiSpoof: { one, other, third } }, calibration)).toBeCloseTo(2.5);
  });

  it('of a net that nobody calibrated and that is experimental say nothing', () => {
    expect(liveLogOdds(face(3, 2), { ...uncalibrated, isExperimental: true })).toBeUndefined();
    expect(liveProbability(face(3, 2), uncalibrated)).toBe(0.5);
  });

  it('are those of their probability', () => {
    for (const odds of grid) expect(logOddsOf(probabilityOf(odds))).toBeCloseTo(odds, 6);
  });
});

describe('many looks', () => {
  const correlations = [0, 0.2, 0.65, 1];

  it('are none', () => {
    expect(combineLogOdds([], calibration)).toBeUndefined();
  });

  it.each(correlations)('say no less than one where they agree, however alike (%d)', (correlation) => {
    for (const odds of [-4, -0.5, 0, 0.5, 4]) {
      const sums = Array.from({ length: 30 }, (_, at) =>
        Math.abs(combineLogOdds(Array(at + 1).fill(odds), { correlation })!),
      );
      expect(sums[0]).toBeCloseTo(Math.abs(odds), 9);
      expect(sums).toEqual(sums.toSorted((a, b) => a - b));
      if (correlation > 0) expect(sums.at(-1)).toBeLessThanOrEqual(Math.abs(odds) / correlation + 1e-9);
    }
  });

  it('are their mean where all are one, and their sum where each is another', () => {
    const random = seededRandom(3);
    const looks = Array.from({ length: 9 }, () => random() * 8 - 4);
    const sum = looks.reduce((all, one) => all + one, 0);
    expect(combineLogOdds(looks, { correlation: 1 })).toBeCloseTo(sum / 9, 9);
    expect(combineLogOdds(looks, { correlation: 0 })).toBeCloseTo(sum, 9);
  });

  it('are not outvoted by one that is certain', () => {
    const torn = [Infinity, -1, -1, -1, -1, -1, -1];
    expect(combineLogOdds(torn, { correlation: 1 })).toBeCloseTo((5 - 6) / 7, 9);
  });
});
