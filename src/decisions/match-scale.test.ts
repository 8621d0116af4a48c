import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import { findModel, registry } from '../perception/models/registry.ts';
import calibration from './calibration/match-scale.json' with { type: 'json' };
import { matchDistance, rawDistance, recommendedMatchDistance } from './match-scale.ts';

const embedders = Object.keys(calibration.embedders);

it('knows every embedder of the registry, by the weights it was measured with', () => {
  const known = registry.filter(({ role }) => role === 'embedding').map(({ name }) => name);
  expect(embedders.toSorted()).toEqual(known.toSorted());
  for (const [name, sha256] of Object.entries(calibration.models))
    expect(findModel(name).sha256).toBe(sha256);
});

it('has no answer for an embedder that was not calibrated, and for no number', () => {
  expect(() => matchDistance('somebody else’s', 0.1)).toThrow(RangeError);
  expect(() => rawDistance('constructor', 0.1)).toThrow(RangeError);
  expect(() => matchDistance('dlib-resnet', Number.NaN)).toThrow(RangeError);
});

describe.each(embedders)('the common scale for %s', (model) => {
  const random = seededRandom(7);
  const distances = Array.from({ length: 2000 }, () => 2 * random()).toSorted((one, other) => one - other);

  it('grows with the raw distance, everywhere', () => {
    const mapped = distances.map((raw) => matchDistance(model, raw));
    for (const [at, value] of mapped.entries()) if (at > 0) expect(value).toBeGreaterThan(mapped[at - 1]!);
  });

  it('can be turned round', () => {
    for (const value of distances) {
      expect(matchDistance(model, rawDistance(model, value))).toBeCloseTo(value, 12);
      expect(rawDistance(model, matchDistance(model, value))).toBeCloseTo(value, 12);
    }
  });

  it('begins at 0, ends at 2 and stays between them', () => {
    expect([0, 2].map((raw) => matchDistance(model, raw))).toEqual([0, 2]);
    expect([-1e-7, 2 + 1e-7].map((raw) => matchDistance(model, raw))).toEqual([0, 2]);
    expect([-1, 3].map((distance) => rawDistance(model, distance))).toEqual([0, 2]);
  });
});

it.each([
  ['dlib-resnet', 0.05],
  ['mobilefacenet', 0.5],
])('puts the operating point of %s at 0.35 exactly', (model, raw) => {
  expect(recommendedMatchDistance).toBe(0.35);
  expect(matchDistance(model, raw)).toBe(0.35);
  expect(rawDistance(model, 0.35)).toBe(raw);
  expect(matchDistance(model, raw + 1e-9)).toBeGreaterThan(0.35);
});

it('accepts nobody whom dlib alone would, because a client sends 0.35', () => {
  // Strangers of LFW are 0.16 apart in the median, never more than 0.34: raw, 0.35 is everybody.
  expect(matchDistance('dlib-resnet', 0.16)).toBeGreaterThan(0.99);
});
