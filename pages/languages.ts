/** The languages that pages can be read in, by their own names. */
export const languages = { en: 'English', id: 'Bahasa Indonesia', pt: 'Português', uz: 'O‘zbekcha' } as const;

export type Language = keyof typeof languages;
