import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { consoleLines, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser, obey } from '../support/puppet-user.ts';
import { buildSdk, type ElementPage, openElement, openElementFront } from '../support/sdk.ts';
import { makeSession, readSession } from '../support/session-client.ts';
import { expectTroubleEverywhere, expectWordsEverywhere, windows } from '../support/sight.ts';

// The network goes in the middle of a native session, by Chromium's own emulation: what is under way falls silent, what is
// new fails, and the browser says `offline`.

let pool: Perception;
let someone: PoseBank;
let camera: { readonly file: string };
beforeAll(async () => {
  buildSdk();
  ({ pool, someone } = await createPuppetUser());
  camera = { file: writeCameraFile(atRest(someone)) };
});
afterAll(() => pool?.close());

const main = (page: Page) => page.locator('button.main');
const card = (page: Page, kind: string) => page.locator(`.card.${kind}`).waitFor({ timeout: 90_000 });
const lastEvent = async (page: Page) => ((await page.evaluate('globalThis.events')) as unknown[]).at(-1);

/** A server whose clients may come back within so many seconds. */
async function serve(reconnectSeconds: number) {
  const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120', IDLE_TIMEOUT: '30' };
  const settings = { ...patience, RECONNECT_SECONDS: String(reconnectSeconds) };
  return openElementFront(await listeningApp(settings, { perception: pool }));
}

/** What attempts without a network are told. */
const expected = [consoleLines.socketFailed, consoleLines.requestFailed];

async function open(url: string, token: string, page: ElementPage = {}, before = startBrowser()) {
  return openElement(await before, url, { attributes: { token }, expected, ...page });
}

it('comes back in time, and the session goes on to its end', { timeout: 120_000 }, async () => {
  const { url } = await serve(30);
  const { id, client_token: token } = await makeSession(url, { directions: 1 });
  const prepare = (opened: Page) => obey(opened, someone);
  const page = await open(url, token, { prepare, context: { viewport: windows['a phone'] } });
  await main(page).click();
  await page.locator('.arrow').waitFor({ timeout: 60_000 });
  await page.context().setOffline(true);
  await page.locator('.card.preparing').waitFor({ timeout: 30_000 });
  await expectWordsEverywhere(page, { instruction: 'sdk.reconnecting', stop: 'sdk.stop' });
  await page.context().setOffline(false);
  await card(page, 'complete');
  expect(await readSession(url, id)).toMatchObject({ status: 'passed' });
});

it('comes back too late: the session has failed, and another begins with a new token', async () => {
  const { url } = await serve(1);
  const [one, other] = [await makeSession(url), await makeSession(url)];
  const script = `const element = document.querySelector('bonafide-liveness');
    element.getToken = async () => {
      if (!navigator.onLine) throw new TypeError('Failed to fetch');
      return '${other.client_token}';
    };`;
  const page = await open(url, one.client_token, { script }, startBrowser(camera));
  await main(page).click();
  await card(page, 'running');
  await page.context().setOffline(true);
  await card(page, 'failed');
  await expectTroubleEverywhere(page, 'offline');
  expect(await lastEvent(page)).toMatchObject({ detail: { code: 'offline', needsToken: true } });
  // Without a network a new token is not to be had either, and the page is not to blame.
  await main(page).click();
  await expect.poll(() => page.evaluate('globalThis.events.length')).toBe(2);
  expect(await lastEvent(page)).toMatchObject({ detail: { code: 'offline' } });
  await page.context().setOffline(false);
  await main(page).click();
  await card(page, 'running');
  await expect
    .poll(async () => readSession(url, one.id), { timeout: 60_000 })
    .toMatchObject({ status: 'failed', reason: 'connection_lost' });
});

it('is believed when it says `offline`, long before any answer is overdue', async () => {
  const { url } = await serve(30);
  const { client_token: token } = await makeSession(url);
  const script = `const { LivenessClient } = await import('./index.js');
    globalThis.client = new LivenessClient({ token: '${token}', deadlines: { answer: 600_000 } });`;
  const page = await open(url, '', { script }, startBrowser(camera));
  const phase = () => page.evaluate('globalThis.client?.state.phase');
  await expect.poll(phase).toBe('idle');
  await page.evaluate('void client.start()');
  await expect.poll(phase, { timeout: 30_000 }).toBe('running');
  await page.context().setOffline(true);
  await expect.poll(phase, { timeout: 30_000 }).toBe('reconnecting');
  await page.context().setOffline(false);
  await expect.poll(phase, { timeout: 30_000 }).toBe('running');
});
