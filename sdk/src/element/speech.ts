import type { Language } from '../texts.ts';

/** Brazilian Portuguese is what our texts are; of the others there is one. */
const tags: Readonly<Record<Language, string>> = { en: 'en', id: 'id-ID', pt: 'pt-BR', uz: 'uz-UZ' };

/** Whether this browser can read aloud at all. */
export const canSpeak = (): boolean => typeof speechSynthesis === 'object';

/** Reads a text aloud, in place of what is being read. */
export function speak(text: string, language: Language): void {
  if (!canSpeak()) return;
  speechSynthesis.cancel();
  if (text === '') return;
  speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { lang: tags[language] }));
}
