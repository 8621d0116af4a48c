import { type CameraTexts, camera as en } from '../../src/messages/camera/en.ts';
import { camera as id } from '../../src/messages/camera/id.ts';
import { camera as pt } from '../../src/messages/camera/pt.ts';
import { camera as uz } from '../../src/messages/camera/uz.ts';

/** Every text, by language: those of the server's catalogue that people before a camera are told. */
export const texts = { en, id, pt, uz } as const satisfies Record<string, CameraTexts>;

/** English, Indonesian, Brazilian Portuguese, Uzbek in Latin letters. */
export type Language = keyof typeof texts;

export type TextKey = keyof CameraTexts;

/** A text; `values` take the place of `{name}` in it. */
export function say(
  key: TextKey,
  language: Language,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return texts[language][key].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The first of these languages (`pt-BR` for instance) that we speak; English where there is none. */
export function chooseLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-', 1)[0] ?? '';
    // What Java, and with it Android's older web views, call Indonesian.
    const known = language === 'in' ? 'id' : language;
    if (Object.hasOwn(texts, known)) return known as Language;
  }
  return 'en';
}

/** Why a session failed, in words; null for a reason that is newer than this SDK. */
export function sayFailure(reason: string | undefined, language: Language): string | null {
  const key = `failure.${reason}`;
  return Object.hasOwn(texts.en, key) ? say(key as TextKey, language) : null;
}
