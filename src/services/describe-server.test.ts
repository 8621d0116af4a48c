import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import { uncalibrated } from '../decisions/live-calibration.ts';
import { shippedCalibrations } from '../decisions/shipped-calibrations.ts';
import { calibrationInUse } from './calibration-in-use.ts';
import { describeServer } from './describe-server.ts';

const model = (role: ModelIdentity['role'], name: string, pack: ModelIdentity['pack']): ModelIdentity => ({
  role,
  name,
  pack,
  sha256: 'ab'.repeat(32),
});
const blazeface = model('detector', 'blazeface', 'embedded');
const yunet = model('detector', 'yunet', 'strong');
const own = model('anti-spoof', 'own', 'embedded');
const v2 = model('anti-spoof', 'minifasnet-v2', 'strong');
const byPath = model('anti-spoof', 'my-net', 'named');
const mobilefacenet = model('embedding', 'mobilefacenet', 'strong');
const mesh = model('mesh', 'facemesh', 'embedded');
const settings = { REQUIRE_ANTI_SPOOF: false, ALLOW_EXPERIMENTAL: false, CALIBRATION_PATH: '' };

describe('the calibration that serves', () => {
  const shipped = shippedCalibrations[0]!;
  const measured = shipped.models.map((one) => ({ ...one, pack: 'strong' as const }));
  const calibrationOf = (models: readonly ModelIdentity[], changes = {}) => {
    const describe = () => ({ models, executionProviders: ['cpu'], notices: [] });
    const perception = { ...scriptedPerception(), describe };
    return describeServer(perception, { ...settings, ...changes }, calibrationInUse(perception)).calibration;
  };

  it('is told with its name, its limits and whose it is', () => {
    const { name, limits } = shipped;
    const told = { name, limits, isExperimental: false };
    expect(calibrationOf(measured)).toEqual({ ...told, source: 'shipped' });
    const ofTheirOwn = calibrationOf(measured, { CALIBRATION_PATH: '/srv/doors.json' });
    expect(ofTheirOwn).toEqual({ ...told, source: 'CALIBRATION_PATH' });
  });

  it('is none for nets that nobody has measured', () => {
    const { limits } = uncalibrated;
    const none = { name: 'uncalibrated', limits, isExperimental: false, source: 'none' };
    expect(calibrationOf([yunet, byPath])).toEqual(none);
    expect(calibrationOf([yunet])).toEqual(none);
  });
});

describe('the pack that serves', () => {
  const packOf = (...models: ModelIdentity[]) => {
    const describe = () => ({ models: [mesh, ...models], executionProviders: ['cpu'], notices: [] });
    const { pack, packNote } = describeServer({ ...scriptedPerception(), describe }, settings, uncalibrated);
    return [pack, packNote];
  };
  const getStrong = expect.stringMatching(/`bonafide models pull` .* fetches it for the next start\.$/);

  it.each<[string, ModelIdentity[], string]>([
    ['embedded', [blazeface, own], 'The embedded pack serves: blazeface, own (experimental).'],
    // The embedder has no say about liveness.
    ['embedded', [blazeface, mobilefacenet], 'The embedded pack serves: blazeface, and no anti-spoof net.'],
    ['mixed', [yunet, own], 'A part of the strong pack serves, yunet, beside own (experimental).'],
    ['mixed', [yunet], 'A part of the strong pack serves, yunet, beside no anti-spoof net.'],
    [
      'mixed',
      [blazeface, byPath],
      'A part of the strong pack serves, my-net (MODEL_PATH), beside blazeface.',
    ],
  ])('is %s, and how to get the strong one is said', (name, models, sentence) => {
    const [pack, note] = packOf(...models);
    expect(pack).toBe(name);
    expect(note).toEqual(getStrong);
    expect(note).toContain(sentence);
  });

  it.each<[ModelIdentity[], string]>([
    [[yunet, v2], 'The strong pack serves: yunet, minifasnet-v2.'],
    [[yunet, byPath], 'The strong pack serves: yunet, my-net (MODEL_PATH).'],
  ])('is strong, and how to get the embedded one is said', (models, sentence) => {
    const [pack, note] = packOf(...models);
    expect(pack).toBe('strong');
    expect(note).toContain(sentence);
    expect(note).toMatch(/The embedded pack serves where MODELS_DIR names an empty folder/);
  });
});
