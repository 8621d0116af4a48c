import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { en } from '../../src/messages/en.ts';
import { languages, type MessageKey, say } from '../../src/messages.ts';
import { startBrowser } from '../support/browser.ts';
import { buildSdk, listeningWithElement, openElement } from '../support/sdk.ts';
import { outOfSight, outOfSightScript, windows } from '../support/sight.ts';

// Whatever goes wrong: its words and the button that tries again are in sight, in every language and window. The states
// are given to the element here; that they come about is tested in element, failures, offline and server-restart.

beforeAll(() => void buildSdk());

/** A state of a client, and what is to be read then, by key. */
interface Case {
  readonly state: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

const codesOf = (prefix: string) =>
  Object.keys(en).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

const cases: readonly Case[] = [
  ...codesOf('sdk.trouble.').map((code) => ({
    state: { phase: 'error', trouble: { code } },
    words: [`sdk.trouble.${code}`, `sdk.wayOut.${code}`],
  })),
  ...codesOf('failure.').map((reason) => ({
    state: { phase: 'failed', failure: { reason, hint: 'face_blurred' } },
    words: [`failure.${reason}`, 'sdk.hint.face_blurred'],
  })),
  ...codesOf('sdk.hint.').map((hint) => ({
    state: { phase: 'running', instruction: 'LEFT', success: 1, total: 3, hint },
    words: ['sdk.LEFT', `sdk.hint.${hint}`],
  })),
];

/** Has the element show every state in every language; what is then read, and what of it cannot be. */
function showAll(page: Page): Promise<{ words: string; hidden: string[] }[]> {
  return page.evaluate(`(async () => {
    const element = document.querySelector('bonafide-liveness');
    const atRest = element.client.state;
    const seen = [];
    for (const lang of ${JSON.stringify(languages)})
      for (const state of ${JSON.stringify(cases.map(({ state }) => state))}) {
        const value = { ...atRest, ...state };
        Object.defineProperty(element.client, 'state', { configurable: true, value });
        element.lang = lang;
        element.requestUpdate();
        await element.updateComplete;
        const words = element.shadowRoot.querySelector('.words').innerText;
        seen.push({ words, hidden: ${outOfSightScript} });
      }
    return seen;
  })()`);
}

it.each(Object.entries(windows))('all of it is in sight on %s', async (_name, viewport) => {
  const page = await openElement(await startBrowser(), await listeningWithElement(), {
    context: { viewport },
  });
  expect(await showAll(page)).toEqual(
    languages.flatMap((language) =>
      cases.map(({ words }) => ({
        words: words.map((key) => say(key as MessageKey, language)).join('\n\n'),
        hidden: [],
      })),
    ),
  );
});

it('what is out of sight is found, where something is', async () => {
  const context = { viewport: { width: 390, height: 500 } };
  const page = await openElement(await startBrowser(), await listeningWithElement(), { context });
  expect(await outOfSight(page)).toEqual([`main: ${say('sdk.start', 'en')}`]);
});
