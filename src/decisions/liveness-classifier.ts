import { experimentalNet } from './experimental-net.ts';
import { type FaceFacts, type ModelIdentity, type TextureMeasures, valueIfMeasured } from './facts.ts';
import type { ClassifierBasis } from './recognition/trusted-score.ts';
import { type LogisticModel, probability } from './training/logistic-regression.ts';
import { standardise } from './training/standardise.ts';

/** Texture measures that a classifier may weigh, by their names in its file. */
const textureFeatures: Readonly<Record<string, keyof TextureMeasures>> = {
  'texture/blur': 'blur',
  'texture/saturation': 'saturation',
  'texture/freq_high_ratio': 'freqHighRatio',
  'texture/axis_anisotropy': 'axisAnisotropy',
  'texture/glare': 'glare',
  'texture/line_ratio': 'lineRatio',
  'texture/penalty_sharp_small': 'penaltySharpSmall',
};

const antiSpoofPrefix = 'anti-spoof/';

/** A classifier that `bonafide train` has made: what it weighs, and of which models. */
export interface LivenessClassifier extends LogisticModel {
  /** The models whose outputs it was trained on; those of others mean something else. */
  readonly models: readonly Pick<ModelIdentity, 'role' | 'name' | 'sha256'>[];
  /** `texture/<measure>`, or `anti-spoof/<net>` for a net's logit; in the order of the weights. */
  readonly features: readonly string[];
  /** Of each feature in the training data; a feature is weighed in `scale`s from `mean`. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** What a classifier can weigh with these models: all texture measures, and the logit of each anti-spoof net. */
export function availableFeatures(models: readonly ModelIdentity[]): readonly string[] {
  const nets = models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => antiSpoofPrefix + name);
  return [...Object.keys(textureFeatures), ...nets.sort()];
}

/** What a classifier rests on: texture alone says next to nothing of life, and the experimental net alone too little. */
export function basisOf(features: readonly string[]): ClassifierBasis {
  const nets = features.filter((feature) => feature.startsWith(antiSpoofPrefix));
  if (nets.some((feature) => feature !== antiSpoofPrefix + experimentalNet)) return 'anti_spoof';
  return nets.length > 0 ? 'experimental' : 'texture';
}

/**
 * The models that the features rest on: the detector, whose box says where to look, and the nets among them. Texture is
 * measured by this program alone.
 */
export function modelsBehind(
  features: readonly string[],
  models: readonly ModelIdentity[],
): readonly Pick<ModelIdentity, 'role' | 'name' | 'sha256'>[] {
  return models
    .filter(
      ({ role, name }) =>
        role === 'detector' || (role === 'anti-spoof' && features.includes(antiSpoofPrefix + name)),
    )
    .map(({ role, name, sha256 }) => ({ role, name, sha256 }));
}

/** The features of a face; undefined where one of them was not measured. */
export function featuresOf(face: FaceFacts, features: readonly string[]): readonly number[] | undefined {
  const texture = valueIfMeasured(face.texture);
  const values = features.map((feature) => {
    const measure = textureFeatures[feature];
    if (measure) return texture?.[measure];
    const net = face.antiSpoof[feature.slice(antiSpoofPrefix.length)];
    return net && valueIfMeasured(net)?.logit;
  });
  return values.every((value) => value !== undefined && Number.isFinite(value))
    ? (values as number[])
    : undefined;
}

/** The probability that a face is live, 0..1; undefined where a feature of it was not measured. */
export function classifyFace(classifier: LivenessClassifier, face: FaceFacts): number | undefined {
  const values = featuresOf(face, classifier.features);
  return values && probability(classifier, standardise(classifier, values));
}

/**
 * Why a classifier cannot serve beside these models, in a sentence; undefined where it can.
 *
 * @param models of the engine that is to measure faces for it
 */
export function misfit(classifier: LivenessClassifier, models: readonly ModelIdentity[]): string | undefined {
  const known = availableFeatures(models);
  for (const { role, name, sha256 } of classifier.models) {
    const here = models.filter((model) => model.role === role);
    if (here.some((model) => model.name === name && model.sha256 === sha256)) continue;
    const other = here.find((model) => model.name === name);
    if (other) return `it was made for another version of ${name} (its hash differs)`;
    const others = here.map((model) => model.name).join(', ') || 'none';
    return `it was made for the ${role} ${name}, which is not in use here (in use: ${others})`;
  }
  const unknown = classifier.features.find((feature) => !known.includes(feature));
  return unknown && `it weighs ${unknown}, which is not measured here`;
}
