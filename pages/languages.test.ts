import { expect, it } from 'vitest';
import { chooseLanguage, localeOf } from './languages.ts';

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

it.each([
  ['en', ['de-DE', 'en-GB', 'en-US'], 'en-GB'],
  ['en', ['en-US@posix', 'en-AU'], 'en-AU'],
  ['en', ['pt-BR', 'de'], 'en'],
  ['pt', ['en-GB', 'pt-BR'], 'pt-BR'],
  ['uz', ['uz-UZ'], 'ru'],
] as const)('writes figures in %s, for who likes %j, as %s does', (language, liked, locale) => {
  expect(localeOf(language, liked)).toBe(locale);
});
