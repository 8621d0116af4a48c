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

/**
 * How a language's numbers and dates are written: as in the first of the regions that the browser likes where it is
 * spoken, for British and American days differ. Chromium knows no Uzbek; in figures it is written as Russian is.
 *
 * @param liked `navigator.languages`; what is no language tag is passed over
 */
export function localeOf(language: Language, liked: readonly string[]): string {
  if (language === 'uz') return 'ru';
  // Uzbek stands for whatever is none of ours.
  return liked.find((tag) => isTag(tag) && chooseLanguage([tag, 'uz']) === language) ?? language;
}

/** Chromium has called itself `en-US@posix`, which Intl refuses. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
