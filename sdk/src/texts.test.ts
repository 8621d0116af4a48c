import { expect, it } from 'vitest';
import { chooseLanguage, say, sayFailure, texts } from './texts.ts';

it('has every text in every language, with the same places for values', () => {
  const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const language of [texts.id, texts.pt, texts.uz]) {
    expect(Object.keys(language).sort()).toEqual(Object.keys(texts.en).sort());
    for (const [key, text] of Object.entries(language))
      expect(places(text), key).toEqual(places(texts.en[key as keyof typeof texts.en]));
  }
});

it('puts values in their places', () =>
  expect(say('sdk.progress', 'en', { done: 0, total: 3 })).toBe('0 of 3 turns done'));

it.each([
  [['pt-BR'], 'pt'],
  [['in'], 'id'],
  [['de', 'uz-Latn-UZ'], 'uz'],
  [[null, undefined, ''], 'en'],
  [['constructor'], 'en'],
])('speaks %j as %s', (wanted, language) => expect(chooseLanguage(wanted)).toBe(language));

it('has nothing to say on a reason it does not know', () => {
  expect(sayFailure('challenge_timeout', 'en')).toBe(texts.en['failure.challenge_timeout']);
  expect(sayFailure('of_the_future', 'en')).toBe(null);
  expect(sayFailure(undefined, 'en')).toBe(null);
});
