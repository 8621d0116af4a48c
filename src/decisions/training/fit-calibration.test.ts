import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { measured } from '../facts.ts';
import { liveLogOdds, rowLogOdds } from '../live-calibration.ts';
import {
  type CalibrationPlan,
  type CalibrationRow,
  fitCalibration,
  leaveOneSourceOut,
} from './fit-calibration.ts';
import { stretchOf } from './stretch-scores.ts';

const plan: CalibrationPlan = {
  name: 'test',
  nets: ['one', 'other'],
  isExperimental: false,
  rates: { attacksCalledLive: 0.05, genuineCalledAttack: 0.02 },
  excluded: new Set(['noise']),
};

/** Rows of a camera on which live faces score higher by `gap`, both nets alike but for their noise. */
function camera(
  source: string,
  { shift = 0, gap = 6, rows = 60, sign = 1, seed = 1 } = {},
): CalibrationRow[] {
  const random = seededRandom(seed + source.length + source.charCodeAt(0));
  const noise = () => (random() + random() + random() - 1.5) * 4;
  return Array.from({ length: rows }, (_, at) => {
    const live = at % 2 === 0;
    const middle = shift + (live ? gap / 2 : -gap / 2);
    const logits = { one: middle + noise(), other: sign * middle + noise() };
    return { source, family: source.replace('vf_', ''), unit: `${source} ${at}`, live, logits };
  });
}

const cameras = [...camera('ana'), ...camera('bia', { shift: 1 }), ...camera('cai', { shift: -1 })];
const face = (one: number, other: number) => ({
  antiSpoof: { one: measured({ live: 0.5, logit: one }), other: measured({ live: 0.5, logit: other }) },
});

describe('the fit', () => {
  it('gives both nets weight, and never falls in either', () => {
    const { calibration } = fitCalibration(cameras, plan);
    const { one, other } = calibration.nets!;
    expect(one!.weight).toBeGreaterThan(0.3);
    expect(other!.weight).toBeGreaterThan(0.3);
    const grid = Array.from({ length: 61 }, (_, at) => at - 30);
    for (const fixed of [-30, -3, 0, 3, 30])
      for (const rising of [grid.map((at) => face(at, fixed)), grid.map((at) => face(fixed, at))]) {
        const odds = rising.map((facts) => liveLogOdds(facts, calibration)!);
        expect(odds).toEqual(odds.toSorted((a, b) => a - b));
      }
  });

  it('does not listen to a net that speaks for the wrong side', () => {
    const wrong = [
      ...camera('ana', { sign: -1 }),
      ...camera('bia', { sign: -1 }),
      ...camera('cai', { sign: -1 }),
    ];
    const { calibration } = fitCalibration(wrong, plan);
    expect(calibration.nets!.other!.weight).toBe(0);
    expect(calibration.nets!.one!.weight).toBeGreaterThan(0.3);
  });

  it('takes no more from a thousand frames of a clip than from one', () => {
    const [first] = cameras;
    const copies = Array.from({ length: 1000 }, () => first!);
    const many = fitCalibration([...cameras, ...copies], plan).calibration;
    const few = fitCalibration(cameras, plan).calibration;
    expect(many.nets!.one!.weight).toBeCloseTo(few.nets!.one!.weight, 6);
    expect(many.bias).toBeCloseTo(few.bias, 6);
  });

  it('goes by how many cameras agree, not by how many people and pictures they have', () => {
    const more = cameras.flatMap((row) => [1, 2, 3].map((turn) => ({ ...row, unit: `${turn} ${row.unit}` })));
    const [few, many] = [cameras, more].map((rows) => fitCalibration(rows, plan).calibration);
    expect(many!.bias).toBeCloseTo(few!.bias, 6);
    for (const net of plan.nets) expect(many!.nets![net]!.weight).toBeCloseTo(few!.nets![net]!.weight, 6);
  });

  it('states probabilities that hold on cameras it has not seen', () => {
    const alike = (names: string, gap: number) =>
      [...names].flatMap((name) => camera(name, { gap, rows: 400 }));
    for (const gap of [0.5, 1, 2]) {
      const { calibration } = fitCalibration(alike('abcd', gap), plan);
      const unseen = alike('wxyz', gap).map(({ logits, ...row }) => {
        return { ...row, logOdds: rowLogOdds(logits, calibration) };
      });
      expect(stretchOf(unseen)).toBeGreaterThan(0.75);
      expect(stretchOf(unseen)).toBeLessThan(1.33);
    }
  });

  it('is the same with or without excluded sources, and single pictures of a class', () => {
    const noise = camera('noise', { gap: -20 });
    const single: CalibrationRow = {
      source: 'dov',
      family: 'dov',
      unit: 'dov',
      live: true,
      logits: { one: -20, other: -20 },
    };
    expect(fitCalibration([...cameras, ...noise, single], plan)).toEqual(fitCalibration(cameras, plan));
  });

  it('says what is missing', () => {
    const live = cameras.filter((row) => row.live);
    expect(() => fitCalibration(live, plan)).toThrow('No source has 5 usable attacks to learn from.');
    const unscored = cameras.map((row) => ({ ...row, logits: { one: 1 } }));
    expect(() => fitCalibration(unscored, plan)).toThrow('A row has no score of other.');
  });
});

describe('what is left out', () => {
  it('is a source with all of its family', () => {
    const frames = camera('vf_ana', { shift: 5, gap: 1 });
    const without = leaveOneSourceOut([...cameras, ...frames], plan);
    expect(without.get('ana')).toEqual(fitCalibration(cameras.slice(60), plan).calibration);
    expect(without.get('vf_ana')).toEqual(without.get('ana'));
    expect([...without.keys()]).toEqual(['ana', 'bia', 'cai', 'vf_ana']);
  });

  it('is a part of the units where there are fewer than three sources', () => {
    expect(fitCalibration(cameras, plan).folds).toBe('families');
    const { folds, outOfFold } = fitCalibration(cameras.slice(0, 60), plan);
    expect(folds).toBe('units');
    expect(outOfFold.length).toBe(60);
  });

  it('is never all of a class, however few units that has', () => {
    const attacks = camera('ana').filter(({ live }) => !live);
    const genuine = camera('ana').filter(({ live }) => live);
    const of = (people: number) => genuine.map((row, at) => ({ ...row, unit: `person ${at % people}` }));
    expect(fitCalibration([...of(2), ...attacks], plan).outOfFold.length).toBe(60);
    expect(() => fitCalibration([...of(1), ...attacks], plan)).toThrow(
      'All bona fide presentations are of one person or clip',
    );
  });
});
