/** The languages that pages can be read in, by their own names. */
export const languages = { en: 'English', id: 'Bahasa Indonesia', pt: 'Português', uz: 'O‘zbekcha' } as const;

export type Language = keyof typeof languages;

/** The language that somebody likes best of ours; regions do not matter. Its own, for the SDK's brings all texts along. */
export function chooseLanguage(wanted: readonly (string | null)[]): Language {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-', 1)[0] ?? '';
    // What Java, and with it Android's older web views, call Indonesian.
    const known = language === 'in' ? 'id' : language;
    if (Object.hasOwn(languages, known)) return known as Language;
  }
  return 'en';
}

/** How a language's numbers and dates are written. Chromium knows no Uzbek; in figures it is written as Russian is. */
export const localeOf = (language: Language): string => (language === 'uz' ? 'ru' : language);
