import type { demoTexts } from '../../src/messages/demo/en.ts';
import { fill } from '../fill.ts';
import { type Language, localeOf } from '../languages.ts';

/** The name of a text, without `demo.`. */
export type TextKey = keyof typeof demoTexts extends `demo.${infer Name}` ? Name : never;

/** Texts and numbers in one language. */
export interface Words {
  readonly language: Language;
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  /** With so many digits after the point. */
  number(value: number, digits?: number): string;
}

const texts: Readonly<Record<Language, () => Promise<{ readonly demoTexts: Record<string, string> }>>> = {
  en: () => import('../../src/messages/demo/en.ts'),
  id: () => import('../../src/messages/demo/id.ts'),
  pt: () => import('../../src/messages/demo/pt.ts'),
  uz: () => import('../../src/messages/demo/uz.ts'),
};

/**
 * Loads the texts of a language, and those alone.
 *
 * @param liked as {@link localeOf} has it
 */
export async function loadWords(language: Language, liked: readonly string[]): Promise<Words> {
  const { demoTexts: catalogue } = await texts[language]();
  const locale = localeOf(language, liked);
  return {
    language,
    say: (key, values) => fill(catalogue[`demo.${key}`] ?? key, values),
    number(value, digits = 0) {
      const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      // A value that rounds to 0 has no sign.
      return new Intl.NumberFormat(locale, { ...format, signDisplay: 'negative' })
        .format(value)
        .replace('-', '−');
    },
  };
}
