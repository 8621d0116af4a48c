import { describe, expect, it } from 'vitest';
import { heuristicSettings, seedTexture } from '../../../test/support/recognition-rules.ts';
import { heuristicScore, penaltyOf, signStrengths } from './heuristic.ts';

const { weights, penalties, suspect } = heuristicSettings;

it("gives the seed's example its score", () => {
  expect(heuristicScore(seedTexture, heuristicSettings)).toBeCloseTo(0.7065, 10);
});

describe('a sign', () => {
  it.each([
    ['axisAnisotropy', 0, 0],
    ['axisAnisotropy', 0.35, 0],
    ['axisAnisotropy', 0.525, 0.5],
    ['axisAnisotropy', 0.7, 1],
    ['axisAnisotropy', 1, 1],
    ['glare', 0.08, 0],
    ['glare', 0.12, 0.5],
    ['glare', 0.9, 1],
    ['lineRatio', 0.1, 0],
    ['lineRatio', 0.15, 0.5],
    ['lineRatio', 0.2, 1],
    ['penaltySharpSmall', 0, 0],
    ['penaltySharpSmall', 0.3, 0.3],
  ] as const)('%s at %d is %d strong', (sign, value, strength) => {
    expect(signStrengths({ ...seedTexture, [sign]: value }, { suspect })[sign]).toBeCloseTo(strength, 10);
  });

  it.each([
    [0, 0, 0],
    [0, 0.01, 1],
    [0.8, 0.9, 0.5],
    [1, 1, 0],
  ])('with the limit %d, at %d is %d strong', (limit, value, strength) => {
    const strengths = signStrengths(
      { ...seedTexture, glare: value },
      { suspect: { ...suspect, glare: limit } },
    );
    expect(strengths.glare).toBeCloseTo(strength, 10);
  });

  it('is penalised by its own weight', () => {
    const half = { axisAnisotropy: 0.525, glare: 0.12, lineRatio: 0.15, penaltySharpSmall: 0.5 };
    for (const [sign, value] of Object.entries(half))
      expect(penaltyOf({ ...seedTexture, [sign]: value }, heuristicSettings)).toBeCloseTo(
        penalties[sign as keyof typeof half] / 2,
        10,
      );
    expect(penaltyOf({ ...seedTexture, ...half }, heuristicSettings)).toBeCloseTo(0.32, 10);
    expect(heuristicScore({ ...seedTexture, ...half }, heuristicSettings)).toBeCloseTo(0.3865, 10);
  });
});

it('stays from 0 to 1 whatever the weights', () => {
  const strong = { ...seedTexture, axisAnisotropy: 1, glare: 1, lineRatio: 1, penaltySharpSmall: 1 };
  expect(heuristicScore({ ...strong, blur: 0, freqHighRatio: 0 }, heuristicSettings)).toBe(0);
  const heavy = { ...heuristicSettings, weights: { ...weights, blur: 10 } };
  expect(heuristicScore(seedTexture, heavy)).toBe(1);
});
