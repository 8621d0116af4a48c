import { describe, expect, it } from 'vitest';
import { chooseLanguage, type Language, languages, type MessageKey, messages, say } from './messages.ts';

const keys = Object.keys(messages.en) as MessageKey[];
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(languages)('%s', (language) => {
  it('has every text of the English one, and no other', () => {
    expect(Object.keys(messages[language]).sort()).toEqual([...keys].sort());
  });

  it('says something everywhere, with the same placeholders', () => {
    for (const key of keys) {
      expect(messages[language][key].trim(), key).not.toBe('');
      expect(placeholders(messages[language][key]), key).toEqual(placeholders(messages.en[key]));
    }
  });
});

it('has words of its own in every language', () => {
  const sameEverywhere = keys.filter(
    (key) => new Set(languages.map((language) => messages[language][key])).size < languages.length,
  );
  // Seed 002 is Indonesian and says Error, seed 004 Portuguese and says OK.
  expect(sameEverywhere).toEqual(['frames.error', 'recognition.ok']);
});

it('speaks the words of seed 002', () => {
  expect(say('frames.real', 'id')).toBe('Wajah asli terdeteksi');
  expect(say('frames.fake', 'id')).toBe('Wajah palsu terdeteksi (foto/video)');
});

it('puts values in their places, and leaves a place without a value', () => {
  expect(say('frames.error', 'id', { message: 'a {name} $& b' })).toBe('Error: a {name} $& b');
  expect(say('frames.error', 'uz', { message: 0 })).toBe('Xato: 0');
  expect(say('frames.error', 'pt')).toBe('Erro: {message}');
});

describe('chooses a language', () => {
  it.each<[string | undefined, Language]>([
    [undefined, 'en'],
    ['', 'en'],
    ['id', 'id'],
    ['pt-BR,pt;q=0.9,en;q=0.8', 'pt'],
    ['pt-PT', 'pt'],
    ['UZ-Latn-UZ', 'uz'],
    ['in-ID', 'id'],
    ['en;q=0.3, uz;q=0.7', 'uz'],
    ['en ; q=0.5 , id ; q=0.5', 'en'],
    ['id;q=0.5,en;q=0.5', 'id'],
    ['de, fr;q=0.9, pt;q=0.1', 'pt'],
    ['de', 'en'],
    ['*', 'en'],
    ['de, *;q=0.5, id;q=0.4', 'en'],
    ['id;q=0, uz;q=0.1', 'uz'],
    ['id;q=0', 'en'],
    ['uz;q=2, id;q=0.5', 'id'],
    ['uz;q=x, id;q=.5', 'en'],
    [`${'a-'.repeat(5000)}`, 'en'],
  ])('%s: %s', (header, language) => expect(chooseLanguage(header, 'en')).toBe(language));

  it('the fallback of the contract, unless it is refused', () => {
    expect(chooseLanguage('de', 'id')).toBe('id');
    expect(chooseLanguage('*', 'id')).toBe('id');
    expect(chooseLanguage('id;q=0, *', 'id')).toBe('en');
    expect(chooseLanguage('id;q=0, en;q=0, pt;q=0, uz;q=0', 'id')).toBe('id');
  });
});
