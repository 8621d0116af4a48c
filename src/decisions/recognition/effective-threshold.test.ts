import { describe, expect, it } from 'vitest';
import { heuristicSettings, seedScore, seedTexture } from '../../../test/support/recognition-rules.ts';
import type { TextureMeasures } from '../facts.ts';
import { effectiveThreshold, enrolmentThreshold, toThreeDecimals } from './effective-threshold.ts';

const grid = { axisAnisotropy: 0.7 };
const everySign = { axisAnisotropy: 1, glare: 1, lineRatio: 1, penaltySharpSmall: 1 };

it.each([
  ['without signs, in good light: as asked', 0.5, {}, 0.5],
  ['without signs, in good light: as asked', 0.9, {}, 0.9],
  ['a sign at its limit is none', 0.5, { axisAnisotropy: 0.35, glare: 0.08, lineRatio: 0.1 }, 0.5],
  ['a sign half beyond its limit', 0.5, { glare: 0.12 }, 0.56],
  ['a strong grid: by its penalty', 0.5, grid, 0.75],
  ['a strong grid: by half of what is left', 0.8, grid, 0.9],
  ['a strong grid: by half of what is left', 0.3, grid, 0.65],
  ['strong glare', 0.5, { glare: 1 }, 0.62],
  ['strong lines', 0.5, { lineRatio: 1 }, 0.65],
  ['a small face that is too sharp', 0.5, { penaltySharpSmall: 0.5 }, 0.56],
  ['two signs add up', 0.5, { glare: 1, lineRatio: 1 }, 0.77],
  ['every sign: four fifths of what is left', 0.5, everySign, 0.9],
  ['every sign: four fifths of what is left', 0.9, everySign, 0.98],
  ['no higher than 1', 1, everySign, 1],
  ['a blank face', 0.5, { blur: 0 }, 0.45],
  ['a blurred face', 0.5, { blur: 0.125 }, 0.475],
  ['a face of just enough detail', 0.5, { blur: 0.25 }, 0.5],
  ['a blurred face with a sign: blur excuses nothing', 0.5, { blur: 0, ...grid }, 0.75],
  ['a black face', 0.5, { brightness: 0 }, 0.45],
  ['a dark, noisy face, which is full of detail', 0.5, { brightness: 0.125 }, 0.475],
  ['a face of just enough light', 0.5, { brightness: 0.25 }, 0.5],
  ['a bright face', 0.5, { brightness: 1 }, 0.5],
  ['a dark face and a blurred one: no more than either', 0.5, { blur: 0, brightness: 0 }, 0.45],
  ['a dark face, blurred a little: by what is worse', 0.5, { blur: 0.2, brightness: 0.125 }, 0.475],
  ['a dark face with a sign: the dark excuses nothing', 0.5, { brightness: 0, ...grid }, 0.75],
  ['never below the floor, by the dark', 0.32, { brightness: 0 }, 0.3],
  ['never below the floor, by blur', 0.32, { blur: 0 }, 0.3],
  ['never below the floor, by request', 0, {}, 0.3],
] as const)('%s (%d)', (_, asked, signs: Partial<TextureMeasures>, expected) => {
  expect(effectiveThreshold(asked, { ...seedTexture, ...signs }, heuristicSettings)).toBe(expected);
});

it('is the one asked for where texture was not measured, but for the floor', () => {
  expect(effectiveThreshold(0.5, undefined, heuristicSettings)).toBe(0.5);
  expect(effectiveThreshold(0.1, undefined, heuristicSettings)).toBe(0.3);
});

describe('for every threshold and sign', () => {
  const steps = Array.from({ length: 21 }, (_, step) => step / 20);
  const signs = Object.keys(everySign) as (keyof typeof everySign)[];

  it('more of a sign never lowers it, and more detail or light neither', () => {
    for (const asked of steps)
      for (const sign of signs) {
        const thresholds = steps.map((value) =>
          effectiveThreshold(asked, { ...seedTexture, [sign]: value }, heuristicSettings),
        );
        expect(thresholds).toEqual(thresholds.toSorted((one, other) => one - other));
        for (const threshold of thresholds) {
          expect(threshold).toBeGreaterThanOrEqual(Math.max(asked, 0.3));
          expect(threshold).toBeLessThanOrEqual(1);
        }
      }
    for (const asked of steps)
      for (const light of ['blur', 'brightness'] as const) {
        const thresholds = steps.map((value) =>
          effectiveThreshold(asked, { ...seedTexture, [light]: value }, heuristicSettings),
        );
        expect(thresholds).toEqual(thresholds.toSorted((one, other) => one - other));
        expect(thresholds[0]).toBeGreaterThanOrEqual(toThreeDecimals(Math.max(asked - 0.05, 0.3)));
      }
  });

  it('a penalty without weight raises nothing', () => {
    const penalties = { axisAnisotropy: 0, glare: 0, lineRatio: 0, penaltySharpSmall: 0 };
    expect(
      effectiveThreshold(0.5, { ...seedTexture, ...everySign }, { ...heuristicSettings, penalties }),
    ).toBe(0.5);
  });
});

it.each([
  [0, 0.5],
  [0.4999, 0.5],
  [0.5, 0.5],
  [0.9, 0.9],
])('a request to enrol that asks for %d is held to %d', (asked, threshold) => {
  expect(enrolmentThreshold(asked)).toBe(threshold);
});

it.each([
  [0.7065, seedScore],
  [0.35 + 0.2 * 0.23 + 0.45 * 0.69, seedScore],
  [0.70649, 0.706],
  [0, 0],
  [1, 1],
])('rounds %d to %d', (value, rounded) => {
  expect(toThreeDecimals(value)).toBe(rounded);
});
