import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { type ModelIdentity, measured } from '../decisions/facts.ts';
import { type ClassifierFile, loadClassifier } from './classifier-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'bonafide-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));

const models: readonly ModelIdentity[] = [
  { role: 'detector', name: 'yunet', pack: 'strong', sha256: 'ab'.repeat(32) },
];
const interval = { value: 0.9, low: 0.8, high: 1 };
const rate = { errors: 1, of: 20, rate: 0.05, low: 0.01, high: 0.2 };
const file: ClassifierFile = {
  version: 2,
  trained_at: '2026-03-01T12:00:00.000Z',
  models: [{ role: 'detector', name: 'yunet', sha256: 'ab'.repeat(32) }],
  features: ['texture/blur', 'texture/glare'],
  mean: [0.5, 0],
  scale: [0.1, 1],
  weights: [1, -2],
  bias: 0,
  min_side: 224,
  threshold: 0.6,
  data: { live: 20, spoof: 20, subjects: 5, subjects_by: 'a list', skipped: { no_face: 2 } },
  rates: {
    folds: 5,
    auc: interval,
    apcer: rate,
    bpcer: rate,
    apcer_by_subject: interval,
    bpcer_by_subject: interval,
    brier: 0.1,
  },
};

function load(content: unknown, smallFaceSide = 224) {
  const path = join(folder, 'classifier.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadClassifier(path, { models, smallFaceSide });
}

describe('LIVENESS_CLF_PATH', () => {
  it('loads what bonafide train has written', async () => {
    const { classify, restsOn } = await load(file);
    expect(restsOn).toBe('texture');
    const texture = {
      blur: 0.6,
      saturation: 0,
      freqHighRatio: 0,
      axisAnisotropy: 0,
      glare: 0,
      lineRatio: 0,
      penaltySharpSmall: 0,
      brightness: 0.5,
    };
    expect(classify({ ...faceFacts(), texture: measured(texture) })).toBeCloseTo(1 / (1 + Math.exp(-1)), 9);
  });

  it.each([
    ['no JSON', 'joblib', /is not JSON/],
    ['another version', { ...file, version: 1 }, /its version is 1, and this program reads 2/],
    ['another shape', { weights: [1] }, /has not the shape of a classifier/],
    [
      'null, which is what JSON makes of NaN',
      { ...file, weights: [Number.NaN, 1] },
      /not the shape .*weights/,
    ],
    ['a spread of 0', { ...file, scale: [0, 1] }, /not the shape .*scale/],
    ['too few weights', { ...file, weights: [1] }, /not one number for each feature/],
    ['a feature twice', { ...file, features: ['texture/blur', 'texture/blur'] }, /not the shape/],
    ['an unknown feature', { ...file, features: ['texture/blur', 'texture/x'] }, /weighs texture\/x/],
    [
      'other models',
      { ...file, models: [{ role: 'detector', name: 'yunet', sha256: 'cd'.repeat(32) }] },
      /another version of yunet .*Train anew/,
    ],
  ])('refuses %s in a sentence', async (_, content, message) => {
    await expect(load(content)).rejects.toThrow(message);
    await expect(load(content)).rejects.toThrow(/^LIVENESS_CLF_PATH=\S+classifier\.json: /);
  });

  it('refuses one that was made with another LIVENESS_MIN_SIDE in a sentence', async () => {
    await expect(load(file, 256)).rejects.toThrow(
      /^LIVENESS_CLF_PATH=\S+: it was made with LIVENESS_MIN_SIDE=224, and this server has 256, .* train anew\.$/,
    );
  });

  it('refuses a file that is not there', async () => {
    await expect(loadClassifier(join(folder, 'none.json'), { models, smallFaceSide: 224 })).rejects.toThrow(
      /none\.json: the file cannot be read \(ENOENT\)/,
    );
  });
});
