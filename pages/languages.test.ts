import { expect, it } from 'vitest';
import { chooseLanguage } from './languages.ts';

it.each([
  [['pt-BR', 'en'], 'pt'],
  [['de', 'UZ-Latn'], 'uz'],
  [[null, 'in-ID'], 'id'],
  [['de'], 'en'],
  [[], 'en'],
  [['constructor', 'id'], 'id'],
] as const)('of %j it takes %s', (wanted, language) => {
  expect(chooseLanguage(wanted)).toBe(language);
});
