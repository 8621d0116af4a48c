import { describe, expect, it } from 'vitest';
import { findModel } from '../perception/models/registry.ts';
import { chooseCalibration } from './choose-calibration.ts';
import { experimentalNet } from './experimental-net.ts';
import { type Limits, uncalibrated } from './live-calibration.ts';
import type { LiveCalibrationFile } from './live-calibration-file.ts';
import { shippedCalibrations } from './shipped-calibrations.ts';

const model = (role: 'detector' | 'anti-spoof', name: string, hash = name) => ({ role, name, sha256: hash });
const yunet = model('detector', 'yunet');
const blazeface = model('detector', 'blazeface');
const [one, other, third] = ['one', 'other', 'third'].map((name) => model('anti-spoof', name)) as [
  ReturnType<typeof model>,
  ReturnType<typeof model>,
  ReturnType<typeof model>,
];
const file = (name: string, models: readonly ReturnType<typeof model>[]) =>
  ({ ...uncalibrated, name, models, nets: {} }) as unknown as LiveCalibrationFile;
const known = [
  file('yunet pair', [yunet, one, other]),
  file('blazeface pair', [blazeface, one, other]),
  file('yunet one', [yunet, one]),
];
const choose = (...models: readonly ReturnType<typeof model>[]) => chooseCalibration(models, {}, known).name;

describe('the calibration', () => {
  it('is that of the very same nets, with the same detector first', () => {
    expect(choose(yunet, one, other)).toBe('yunet pair');
    expect(choose(other, one, blazeface)).toBe('blazeface pair');
    expect(choose(yunet, one)).toBe('yunet one');
  });

  it('is that of the same nets on another detector where nobody measured this one', () => {
    expect(choose(blazeface, one)).toBe('yunet one');
    expect(choose(model('detector', 'yunet', 'another'), one)).toBe('yunet one');
  });

  it('is nobody else’s: neither of more nets nor of fewer, nor of a file that only has the name', () => {
    for (const models of [[yunet, other], [yunet, one, other, third], [yunet, third], [yunet]])
      expect(choose(...models)).toBe('uncalibrated');
    expect(choose(yunet, model('anti-spoof', 'one', 'another'), other)).toBe('uncalibrated');
    expect(choose(yunet, model('anti-spoof', 'named/one.onnx', 'one'), other)).toBe('uncalibrated');
  });

  it('takes limits that a setting gives, and says whose word is experimental', () => {
    const { limits } = chooseCalibration([yunet, one], { live: 0.8 }, known);
    expect(limits).toEqual({ ...uncalibrated.limits, live: 0.8 });
    expect(chooseCalibration([model('anti-spoof', experimentalNet)]).isExperimental).toBe(true);
    expect(chooseCalibration([one]).isExperimental).toBe(false);
  });
});

describe('limits that settings give', () => {
  const move = (limits: Partial<Limits>) => chooseCalibration([yunet, one], limits, known).limits;

  it('take the calibration’s other one along rather than cross it', () => {
    expect(uncalibrated.limits).toEqual({ live: 0.9, attack: 0.3 });
    expect(move({ live: 0.2 })).toEqual({ live: 0.2, attack: 0.2 });
    expect(move({ attack: 0.95 })).toEqual({ live: 0.95, attack: 0.95 });
  });

  it('stand as they are where both are given, 0 and 1 too', () => {
    expect(move({ live: 0.6, attack: 0.1 })).toEqual({ live: 0.6, attack: 0.1 });
    expect(move({ live: 1, attack: 0 })).toEqual({ live: 1, attack: 0 });
    expect(move({ live: 0 })).toEqual({ live: 0, attack: 0 });
  });
});

describe('those that ship', () => {
  it.each(shippedCalibrations)('$name is for files that the registry names', ({ models, nets }) => {
    for (const { name, sha256 } of models) expect(findModel(name).sha256).toBe(sha256);
    expect(models.filter(({ role }) => role === 'detector').length).toBe(1);
    expect(Object.keys(nets!)).toEqual(
      models.flatMap(({ role, name }) => (role === 'anti-spoof' ? name : [])),
    );
  });

  it.each(shippedCalibrations)('$name keeps its limits apart and its weights from below 0', (calibration) => {
    const { limits, nets, correlation } = calibration;
    expect(limits.attack).toBeLessThanOrEqual(limits.live);
    for (const { weight, scale, bound } of Object.values(nets!)) {
      expect(weight).toBeGreaterThanOrEqual(0);
      expect(Math.min(scale, bound)).toBeGreaterThan(0);
    }
    expect(correlation).toBeGreaterThan(0);
    expect(correlation).toBeLessThanOrEqual(1);
  });
});
