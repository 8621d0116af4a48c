import type { consoleTexts } from '../../src/messages/console/en.ts';
import { fill } from '../fill.ts';
import { type Language, localeOf } from '../languages.ts';

/** The name of a text, without `console.`. */
export type TextKey = keyof typeof consoleTexts extends `console.${infer Name}` ? Name : never;

/** Texts, numbers and times in one language. */
export interface Words {
  readonly language: Language;
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  /** `1 Mar 2026, 14:05:09`, where the browser is. */
  time(iso: string): string;
  /** A day as the server counts them: UTC. */
  day(day: string): string;
  /** The same in figures. */
  shortDay(day: string): string;
  /** {@link time} where there is little room. */
  shortTime(iso: string): string;
  /** `14:05`, where the browser is. */
  clock(at: Date): string;
  count(value: number): string;
  percent(share: number): string;
  /** 0.42, 4.2 or 42: as many digits as tell something. */
  milliseconds(value: number): string;
  /** A stretch of time: `410 ms` or `12.3 s`. */
  duration(milliseconds: number): string;
}

const texts: Readonly<Record<Language, () => Promise<{ readonly consoleTexts: Record<string, string> }>>> = {
  en: () => import('../../src/messages/console/en.ts'),
  id: () => import('../../src/messages/console/id.ts'),
  pt: () => import('../../src/messages/console/pt.ts'),
  uz: () => import('../../src/messages/console/uz.ts'),
};

/**
 * Loads the texts of a language, and those alone.
 *
 * @param liked as {@link localeOf} has it
 */
export async function loadWords(language: Language, liked: readonly string[]): Promise<Words> {
  return createWords(language, (await texts[language]()).consoleTexts, liked);
}

export function createWords(
  language: Language,
  catalogue: Readonly<Record<string, string>>,
  liked: readonly string[],
): Words {
  const locale = localeOf(language, liked);
  const number = (digits: number, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits, ...options });
  const date = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, hourCycle: 'h23' });
  // Names of months would be Russian.
  const month = language === 'uz' ? 'numeric' : 'short';
  const minute = { hour: '2-digit', minute: '2-digit' } as const;
  const time = date({ day: 'numeric', month, year: 'numeric', ...minute, second: '2-digit' });
  const shortTime = date({ day: 'numeric', month, ...minute });
  const clock = date(minute);
  const day = date({ day: 'numeric', month, timeZone: 'UTC' });
  const shortDay = date({ day: 'numeric', month: 'numeric', timeZone: 'UTC' });
  return {
    language,
    say: (key, values) => fill(catalogue[`console.${key}`] ?? key, values),
    time: (iso) => time.format(new Date(iso)),
    shortTime: (iso) => shortTime.format(new Date(iso)),
    shortDay: (iso) => shortDay.format(new Date(`${iso}T00:00:00Z`)),
    day: (iso) => day.format(new Date(`${iso}T00:00:00Z`)),
    clock: (at) => clock.format(at),
    count: (value) => number(0).format(value),
    percent: (share) => number(share > 0 && share < 0.1 ? 1 : 0, { style: 'percent' }).format(share),
    milliseconds: (value) => number(value < 1 ? 2 : value < 10 ? 1 : 0).format(value),
    duration: (milliseconds) =>
      milliseconds < 1000
        ? `${number(0).format(milliseconds)} ms`
        : `${number(milliseconds < 10_000 ? 2 : 1).format(milliseconds / 1000)} s`,
  };
}
