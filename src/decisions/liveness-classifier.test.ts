import { describe, expect, it } from 'vitest';
import { faceFacts } from '../../test/support/facts.ts';
import { experimentalNet } from './experimental-net.ts';
import { type FaceFacts, type ModelIdentity, measured, unavailable } from './facts.ts';
import {
  availableFeatures,
  basisOf,
  classifyFace,
  featuresOf,
  type LivenessClassifier,
  misfit,
  modelsBehind,
} from './liveness-classifier.ts';

const model = (role: ModelIdentity['role'], name: string, sha256 = 'ab'.repeat(32)): ModelIdentity => ({
  role,
  name,
  pack: 'strong',
  sha256,
});
const models = [
  model('detector', 'yunet'),
  model('mesh', 'facemesh'),
  model('anti-spoof', 'net-b'),
  model('anti-spoof', 'net-a'),
];

const texture = {
  blur: 0.5,
  saturation: 0.2,
  freqHighRatio: 0.6,
  axisAnisotropy: 0.1,
  glare: 0,
  lineRatio: 0.02,
  penaltySharpSmall: 0,
  brightness: 0.5,
};

const face = (changes: Partial<FaceFacts> = {}): FaceFacts => ({
  ...faceFacts(),
  texture: measured(texture),
  antiSpoof: { 'net-a': measured({ live: 0.9, logit: 2 }) },
  ...changes,
});

const classifier: LivenessClassifier = {
  models: [model('detector', 'yunet'), model('anti-spoof', 'net-a')],
  features: ['texture/glare', 'anti-spoof/net-a'],
  mean: [0, 1],
  scale: [0.5, 2],
  weights: [-1, 3],
  bias: 0.25,
};

describe('a classifier', () => {
  it('may weigh all texture measures and each net that is there, in one order', () => {
    const features = availableFeatures(models);
    expect(features).toHaveLength(9);
    expect(features.slice(-2)).toEqual(['anti-spoof/net-a', 'anti-spoof/net-b']);
    expect(modelsBehind(features, models).map(({ name }) => name)).toEqual(['yunet', 'net-b', 'net-a']);
    expect(modelsBehind(['texture/blur'], models).map(({ name }) => name)).toEqual(['yunet']);
  });

  it.each([
    ['texture', []],
    ['experimental', [experimentalNet]],
    ['anti_spoof', ['net-a']],
    ['anti_spoof', ['net-a', experimentalNet]],
    ['anti_spoof', [`named/${experimentalNet}`]],
  ])('rests on %s where it was trained with %j', (expected, nets) => {
    const features = availableFeatures(nets.map((name) => model('anti-spoof', name)));
    expect(basisOf(features)).toBe(expected);
  });

  it('says the logistic of its weighted, standardised features', () => {
    // 0.25 − 1 · (0 − 0)/0.5 + 3 · (2 − 1)/2
    expect(classifyFace(classifier, face())).toBeCloseTo(1 / (1 + Math.exp(-1.75)), 12);
    const glaring = face({ texture: measured({ ...texture, glare: 0.5 }) });
    expect(classifyFace(classifier, glaring)).toBeCloseTo(1 / (1 + Math.exp(-0.75)), 12);
  });

  it('takes a genuine 0 for a value, and says nothing where one is missing', () => {
    expect(featuresOf(face(), ['texture/glare'])).toEqual([0]);
    expect(classifyFace(classifier, face({ texture: unavailable('not_measurable') }))).toBeUndefined();
    expect(classifyFace(classifier, face({ antiSpoof: {} }))).toBeUndefined();
    expect(
      classifyFace(classifier, face({ antiSpoof: { 'net-a': unavailable('no_model') } })),
    ).toBeUndefined();
    expect(
      classifyFace(classifier, face({ antiSpoof: { 'net-a': measured({ live: 1, logit: Infinity }) } })),
    ).toBeUndefined();
  });

  it('serves beside the models it was made for alone', () => {
    expect(misfit(classifier, models)).toBeUndefined();
    expect(misfit(classifier, [model('detector', 'blazeface'), model('anti-spoof', 'net-a')])).toBe(
      'it was made for the detector yunet, which is not in use here (in use: blazeface)',
    );
    expect(misfit(classifier, [model('detector', 'yunet')])).toBe(
      'it was made for the anti-spoof net-a, which is not in use here (in use: none)',
    );
    expect(
      misfit(classifier, [model('detector', 'yunet'), model('anti-spoof', 'net-a', 'cd'.repeat(32))]),
    ).toBe('it was made for another version of net-a (its hash differs)');
    expect(misfit({ ...classifier, features: ['texture/smell', 'anti-spoof/net-a'] }, models)).toBe(
      'it weighs texture/smell, which is not measured here',
    );
  });
});
