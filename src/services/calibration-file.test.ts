import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelIdentity } from '../decisions/facts.ts';
import { shippedCalibrations } from '../decisions/shipped-calibrations.ts';
import { calibrationInUse } from './calibration-in-use.ts';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-calibration-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One that ships, as a user's own would be: other weights for the very same models. */
const shipped = shippedCalibrations[0]!;
const models: readonly ModelIdentity[] = shipped.models.map((model) => ({ ...model, pack: 'strong' }));
const own = { ...shipped, name: 'our doors', bias: 0.125 };

function load(content: unknown, { of = models, ...settings } = {}) {
  const path = join(folder, 'calibration.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return calibrationInUse(
    { describe: () => ({ models: of, executionProviders: ['cpu'], notices: [] }) },
    { CALIBRATION_PATH: path, ...settings },
  );
}
const changed = (role: ModelIdentity['role']) =>
  models.map((model) => (model.role === role ? { ...model, sha256: 'cd'.repeat(32) } : model));

describe('CALIBRATION_PATH', () => {
  it('takes the place of what ships for these models', () => {
    expect(load(own)).toMatchObject({ name: 'our doors', bias: 0.125, nets: shipped.nets });
    expect(load(own, { LIVE_THRESHOLD: 0.99 } as object).limits).toEqual({ ...shipped.limits, live: 0.99 });
  });

  it.each([
    ['no JSON', 'joblib', /is not JSON/],
    ['another shape', { bias: 1 }, /has not the shape of a calibration/],
    ['another version', { ...own, formatVersion: 2 }, /not the shape .*formatVersion/],
    ['a spread of 0', with0('scale'), /not the shape .*scale/],
    ['a weight below 0', withWeight(-1), /not the shape .*weight/],
    ['null, which is what JSON makes of NaN', withWeight(Number.NaN), /not the shape .*weight/],
    ['a limit that is no share', { ...own, limits: { live: 2, attack: 0 } }, /not the shape .*live/],
    ['limits that cross', { ...own, limits: { live: 0.2, attack: 0.3 } }, /limit of an attack is above/],
    [
      'nets that are not its own',
      { ...own, nets: { other: shipped.nets!['minifasnet-v2'] } },
      /does not weigh/,
    ],
  ])('refuses %s in a sentence', (_, content, message) => {
    expect(() => load(content)).toThrow(message);
    expect(() => load(content)).toThrow(/^CALIBRATION_PATH=\S+calibration\.json: /);
  });

  it('refuses a file that was made for other weights, other nets or another detector', () => {
    expect(() => load(own, { of: changed('anti-spoof') })).toThrow(
      /Calibrate anew with `bonafide calibrate`/,
    );
    expect(() => load(own, { of: models.slice(0, 1) })).toThrow(/this server has no anti-spoof net/);
    expect(() => load(own, { of: changed('detector') })).toThrow(/another face detector/);
  });

  it('refuses a file that is not there', () => {
    expect(() => load(own, { CALIBRATION_PATH: join(folder, 'none.json') } as object)).toThrow(
      /none\.json: the file cannot be read \(ENOENT\)/,
    );
  });
});

function with0(key: 'scale' | 'bound') {
  const nets = Object.entries(own.nets!).map(([name, term]) => [name, { ...term, [key]: 0 }]);
  return { ...own, nets: Object.fromEntries(nets) };
}

function withWeight(weight: number) {
  const nets = Object.entries(own.nets!).map(([name, term]) => [name, { ...term, weight }]);
  return { ...own, nets: Object.fromEntries(nets) };
}
