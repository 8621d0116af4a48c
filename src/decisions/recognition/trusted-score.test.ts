import { expect, it } from 'vitest';
import { isTrusted } from './trusted-score.ts';

const strict = { allowHeuristic: false, allowExperimental: false, classifierRestsOn: 'anti_spoof' } as const;
const sources = ['anti_spoof', 'experimental', 'heuristic', 'classifier'] as const;
const trusted = (changes: Partial<Parameters<typeof isTrusted>[1]>) =>
  sources.filter((source) => isTrusted(source, { ...strict, ...changes }));

it.each([
  ['nets, and a classifier that weighs them', {}, ['anti_spoof', 'classifier']],
  ['no classifier of texture', { classifierRestsOn: 'texture' }, ['anti_spoof']],
  ['none that weighs the experimental net alone', { classifierRestsOn: 'experimental' }, ['anti_spoof']],
  [
    'the experimental net where that is allowed',
    { allowExperimental: true },
    ['anti_spoof', 'experimental', 'classifier'],
  ],
  [
    'then a classifier that weighs it, too',
    { allowExperimental: true, classifierRestsOn: 'experimental' },
    ['anti_spoof', 'experimental', 'classifier'],
  ],
  [
    'but none of texture',
    { allowExperimental: true, classifierRestsOn: 'texture' },
    ['anti_spoof', 'experimental'],
  ],
  ['everything in a demonstration', { allowHeuristic: true, classifierRestsOn: 'texture' }, sources],
] as const)('trusted is: %s', (_, changes, expected) => {
  expect(trusted(changes)).toEqual(expected);
});
