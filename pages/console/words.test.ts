import { expect, it } from 'vitest';
import { languages } from '../languages.ts';
import { createWords, loadWords } from './words.ts';

it.each(Object.keys(languages) as (keyof typeof languages)[])(
  'loads the texts of %s alone',
  async (language) => {
    const words = await loadWords(language, []);
    expect(words.say('decisionsIntro', { days: 7 })).toContain('7');
    expect(words.say('title')).not.toBe('title');
  },
);

const words = createWords('en', { 'console.ofCount': '{errors} of {of}' }, []);

it('puts values in their places, and says a name where there is no text', () => {
  expect(words.say('ofCount', { errors: 0, of: 3 })).toBe('0 of 3');
  expect(words.say('title')).toBe('title');
});

it('writes figures with as many digits as tell something', () => {
  expect([0.004, 0.0541, 0.5, 1].map(words.percent)).toEqual(['0.4%', '5.4%', '50%', '100%']);
  expect([0.123, 4.21, 42.4, 1234.5].map(words.milliseconds)).toEqual(['0.12', '4.2', '42', '1,235']);
  expect([410.4, 1234, 12_345].map(words.duration)).toEqual(['410 ms', '1.23 s', '12.3 s']);
});

it('writes days as the server counts them, wherever it is read', () => {
  expect(words.day('2026-03-01')).toBe('Mar 1');
  expect(words.shortDay('2026-03-01')).toBe('3/1');
  expect(createWords('uz', {}, []).day('2026-03-01')).toBe('01.03');
  expect(createWords('uz', {}, []).milliseconds(4.21)).toBe('4,2');
});

it('writes days as the browser does where it speaks the language, and hours from 0 to 23', () => {
  const british = createWords('en', {}, ['en-GB']);
  expect([british.day('2026-03-01'), british.shortDay('2026-03-01')]).toEqual(['1 Mar', '01/03']);
  const afternoon = new Date(2026, 2, 1, 17, 5);
  expect([british.clock(afternoon), words.clock(afternoon)]).toEqual(['17:05', '17:05']);
});
