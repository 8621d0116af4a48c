import { en } from './messages/en.ts';
import { id } from './messages/id.ts';
import { pt } from './messages/pt.ts';
import { uz } from './messages/uz.ts';

/** English, Indonesian, Brazilian Portuguese, Uzbek in Latin letters: ISO 639-1 codes. */
export const languages = ['en', 'id', 'pt', 'uz'] as const;

export type Language = (typeof languages)[number];

/** The name of a text, `error.no_face` for instance. The English texts say which names there are. */
export type MessageKey = keyof typeof en;

/** What every language has: a text for each key, with the placeholders of the English one. */
export type Messages = Readonly<Record<MessageKey, string>>;

/** Everything the server says to people, in every language it speaks. */
export const messages: Readonly<Record<Language, Messages>> = { en, id, pt, uz };

/** A text in a language; `values` take the place of `{name}` in it. */
export function say(
  key: MessageKey,
  language: Language,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return messages[language][key].replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    String(values[name] ?? placeholder),
  );
}

/**
 * The language that a client likes best of those the server speaks: the header `Accept-Language`
 * (RFC 9110, section 12.5.4) with its weights; regions do not matter (`pt-PT` is served `pt`), equal
 * weights go by their order.
 *
 * @param fallback for a client that names no language of ours, or any (`*`)
 */
export function chooseLanguage(acceptLanguage: string | undefined, fallback: Language): Language {
  const ranges = (acceptLanguage ?? '').split(',').flatMap(toRange);
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ tag }) => tag));
  const isSpoken = (language: Language) => !refused.has(language);
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight);
  for (const { tag } of wanted) {
    const primary = tag.split('-', 1)[0]!;
    const match = languages.find((language) => language === primary || former[language] === primary);
    if (match && isSpoken(match)) return match;
    if (tag === '*') break;
  }
  return isSpoken(fallback) ? fallback : (languages.find(isSpoken) ?? fallback);
}

/** Codes that ISO 639 withdrew; Java sent `in` for Indonesian until version 17, and Android still may. */
const former: Readonly<Partial<Record<Language, string>>> = { id: 'in' };

function toRange(text: string): { readonly tag: string; readonly weight: number }[] {
  const parts = /^\s*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(text);
  return parts ? [{ tag: parts[1]!.toLowerCase(), weight: Number(parts[2] ?? 1) }] : [];
}
