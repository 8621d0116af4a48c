import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Language, languages, type MessageKey, say } from '../../src/messages.ts';

/** Windows in which the web component is looked at, in CSS pixels. */
export const windows = {
  'a phone': { width: 390, height: 844 },
  'a phone on its side': { width: 844, height: 390 },
  'a desktop': { width: 1280, height: 800 },
  'a desktop on its side': { width: 800, height: 1280 },
} as const;

/** For a page: what of the element's words and buttons cannot be seen without scrolling, and whether it scrolls sideways. */
export const outOfSightScript = `(() => {
  scrollTo(0, 0);
  const root = document.querySelector('bonafide-liveness').shadowRoot;
  const isSeen = ({ top, left, bottom, right, width }) =>
    width > 0 && top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
  const hidden = [...root.querySelectorAll('.instruction, .detail, .main, .stop')]
    .filter((part) => !isSeen(part.getBoundingClientRect()))
    .map(({ className, innerText }) => className + ': ' + innerText);
  return document.documentElement.scrollWidth > innerWidth ? [...hidden, 'scrolls sideways'] : hidden;
})()`;

/** What of the element's words and buttons cannot be seen without scrolling, and whether the page scrolls sideways. */
export function outOfSight(page: Page): Promise<readonly string[]> {
  return page.evaluate(outOfSightScript);
}

/** Expects this trouble with its way out, in each language, in sight in each window with the button that tries again. */
export async function expectTroubleEverywhere(page: Page, code: string): Promise<void> {
  await expectWordsEverywhere(page, {
    instruction: `sdk.trouble.${code}`,
    detail: `sdk.wayOut.${code}`,
    main: 'sdk.again',
  });
}

/** Expects these parts to say what the catalogue has, by key, in each language and in sight in each window. */
export async function expectWordsEverywhere(
  page: Page,
  parts: Readonly<Record<string, string>>,
): Promise<void> {
  const before = page.viewportSize()!;
  for (const language of languages) {
    await setLanguage(page, language);
    for (const [part, key] of Object.entries(parts))
      await expect
        .poll(() => page.locator(`.${part}`).innerText(), { timeout: 10_000 })
        .toBe(say(key as MessageKey, language));
    for (const [name, size] of Object.entries(windows)) {
      await page.setViewportSize(size);
      expect(await outOfSight(page), `${language}, ${name}`).toEqual([]);
    }
  }
  await page.setViewportSize(before);
  await setLanguage(page, null);
}

/** Has the element speak this language; null: that of the page. */
function setLanguage(page: Page, language: Language | null): Promise<void> {
  return page.locator('bonafide-liveness').evaluate((element, lang) => {
    (element as unknown as { lang: string | null }).lang = lang;
  }, language);
}
