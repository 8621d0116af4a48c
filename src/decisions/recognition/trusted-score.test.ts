import { expect, it } from 'vitest';
import { isTrusted } from './trusted-score.ts';

it.each([
  ['anti_spoof', false, false, true],
  ['heuristic', false, false, false],
  ['heuristic', false, true, false],
  ['heuristic', true, false, true],
  ['classifier', false, true, true],
  ['classifier', false, false, false],
  ['classifier', true, false, true],
] as const)(
  'a score of %s is trusted where texture will do (%s) or the classifier weighs nets (%s): %s',
  (source, allowHeuristic, classifierWeighsNets, expected) => {
    expect(isTrusted(source, { allowHeuristic, classifierWeighsNets })).toBe(expected);
  },
);
