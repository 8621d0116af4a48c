import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../src/contracts/challenge/schemas.ts';
import { languages, type MessageKey, say } from '../../src/messages.ts';
import { startBrowser, writeCameraFile } from '../support/browser.ts';
import { listeningWithElement, openElement } from '../support/sdk.ts';

// axe-core on every state of the web component. The server is played: what is judged is what its messages look like.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function greyCamera(): Promise<string> {
  const { default: sharp } = await import('sharp');
  const grey = { create: { width: 640, height: 480, channels: 3 as const, background: '#888888' } };
  return writeCameraFile([await sharp(grey).jpeg().toBuffer()]);
}

const resting: ServerMessage = {
  type: 'start',
  state: 'WAITING_CENTER',
  instruction: 'CENTER',
  success: 0,
  total: 3,
};
const turning = { type: 'challenge', state: 'WAITING_ACTION', success: 1 } as const;

/** What the server says, and what the card then is. */
const states: readonly (readonly [name: string, message: Partial<ServerMessage>, card: string])[] = [
  ['look ahead', {}, 'running'],
  ['a hint', { type: 'waiting', hint: 'face_too_dark' }, 'running'],
  ['a turn', { ...turning, instruction: 'LEFT' }, 'running'],
  ['a turn back', { type: 'success', success: 2 }, 'running'],
  ['a failure', { type: 'failed', reason: 'session_timeout', hint: 'face_too_small' }, 'failed'],
  ['the end', { type: 'complete', state: 'COMPLETE', instruction: 'VERIFIED', success: 3 }, 'complete'],
];

async function findings(page: Page): Promise<unknown[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html + failureSummary) })))`);
}

/** A page whose server is played: it repeats what was said last in answer to each frame. */
async function playedPage(browser: Browser, url: string, lang: string, colorScheme: 'light' | 'dark') {
  let socket: WebSocketRoute | undefined;
  let said: ServerMessage = resting;
  const page = await openElement(browser, url, {
    attributes: { contract: 'challenge', 'turn-seconds': '60' },
    html: { lang, ...(lang === 'uz' && { dir: 'rtl' }) },
    context: { colorScheme, viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' },
    prepare: (opened) =>
      opened.routeWebSocket(/\/ws$/, (route) => {
        socket = route;
        said = resting;
        route.send(JSON.stringify(said));
        route.onMessage(() => route.send(JSON.stringify(said)));
      }),
  });
  const tell = (message: Partial<ServerMessage>) => {
    said = { ...resting, ...message };
    socket!.send(JSON.stringify(said));
  };
  return { page, tell };
}

describe.each(languages)('axe-core finds nothing in %s', (language) => {
  it.each(['light', 'dark'] as const)('%s', async (colorScheme) => {
    const browser = await startBrowser({ file: await greyCamera() });
    const url = await listeningWithElement();
    const { page, tell } = await playedPage(browser, url, language, colorScheme);
    expect(await findings(page), 'before the start').toEqual([]);
    for (const [name, message, card] of states) {
      if (await page.locator('button.main').isVisible()) await page.locator('button.main').click();
      await page.locator('.card.running').waitFor();
      tell(message);
      await page.locator(`.card.${card}`).waitFor();
      if (message.hint)
        await page.getByText(say(`sdk.hint.${message.hint}` as MessageKey, language)).waitFor();
      expect(await findings(page), name).toEqual([]);
    }
    await page.reload();
    await page.evaluate('navigator.mediaDevices.getUserMedia = () => new Promise(() => {})');
    await page.locator('button.main').click();
    expect(await findings(page), 'while the browser asks').toEqual([]);
  });
});

it('finds what is wrong, where something is', async () => {
  const page = await openElement(await startBrowser(), await listeningWithElement());
  await page.locator('button.main').evaluate((button) => {
    button.textContent = '';
  });
  expect(await findings(page)).toMatchObject([{ id: 'button-name' }]);
});

describe('the keyboard', () => {
  it('starts, stops and starts again, and the focus is never lost', async () => {
    const browser = await startBrowser({ file: await greyCamera() });
    const { page } = await playedPage(browser, await listeningWithElement(), 'en', 'light');
    const focused = () =>
      page.evaluate('document.querySelector("bonafide-liveness").shadowRoot.activeElement?.className ?? ""');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('main');
    await page.keyboard.press('Enter');
    await page.locator('.card.running').waitFor();
    expect(await focused()).toContain('stage');
    // A second press of the same key does not end what the first has begun.
    await page.keyboard.press('Enter');
    await page.locator('.card.running').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('stop');
    await page.keyboard.press('Space');
    await page.locator('.card.start').waitFor();
    expect(await focused()).toBe('main');
  });
});

it('holds still for whoever prefers that', async () => {
  const browser = await startBrowser({ file: await greyCamera() });
  const { page, tell } = await playedPage(browser, await listeningWithElement(), 'en', 'light');
  await page.locator('button.main').click();
  await page.locator('.card.running').waitFor();
  tell({ ...turning, instruction: 'LEFT' });
  await page.locator('.arrow.left').waitFor();
  const moving = () =>
    page.evaluate('document.querySelector("bonafide-liveness").shadowRoot.getAnimations().length');
  expect(await moving()).toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(moving).toBeGreaterThan(0);
});

it('reads instructions aloud where that is wished, and tells them to screen readers politely', async () => {
  const browser = await startBrowser({ file: await greyCamera() });
  const { page, tell } = await playedPage(browser, await listeningWithElement(), 'pt', 'light');
  await page.evaluate(
    'globalThis.spoken = []; speechSynthesis.speak = ({ text, lang }) => spoken.push([text, lang]);',
  );
  expect(await page.locator('[role="status"]').innerText()).toBe('');
  await page.getByRole('button', { name: say('sdk.speak', 'pt') }).click();
  await page.locator('button.main').click();
  await page.locator('.card.running').waitFor();
  tell({ ...turning, instruction: 'UP' });
  await page.getByText(say('sdk.UP', 'pt')).waitFor();
  expect(await page.locator('[role="status"]').innerText()).toContain(say('sdk.UP', 'pt'));
  expect(await page.evaluate('spoken.at(-1)')).toEqual([say('sdk.UP', 'pt'), 'pt-BR']);
});

it.each([
  ['a phone', 390, 844],
  ['a small phone', 320, 568],
  ['a phone on its side', 844, 390],
  ['a desktop', 1280, 900],
])(
  'fits %s, from right to left as well: nothing is cut off and nothing scrolls sideways',
  async (_what, width, height) => {
    const browser = await startBrowser({ file: await greyCamera() });
    const url = await listeningWithElement();
    for (const dir of ['ltr', 'rtl']) {
      const attributes = { contract: 'challenge', lang: 'id' };
      const page = await openElement(browser, url, {
        attributes,
        html: { lang: 'id', dir },
        context: { viewport: { width, height } },
      });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      for (const part of await page.locator('.stage, .intro, .buttons button').all()) {
        const box = (await part.boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
      }
      await page.close();
    }
  },
);
