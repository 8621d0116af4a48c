import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageKey, say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { consoleLines, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { Front } from '../support/front.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser, obey } from '../support/puppet-user.ts';
import { buildSdk, openElement, openElementFront } from '../support/sdk.ts';
import { makeSession, readSession } from '../support/session-client.ts';

// The web component and native sessions: tokens, connections that are lost, servers that are busy.

/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120', RECONNECT_SECONDS: '30' };

let pool: Perception;
let someone: PoseBank;
let camera: { readonly file: string };
beforeAll(async () => {
  buildSdk();
  ({ pool, someone } = await createPuppetUser());
  camera = { file: writeCameraFile(atRest(someone)) };
});
afterAll(() => pool?.close());

const text = (key: string) => say(key as MessageKey, 'en');
const main = (page: Page) => page.locator('button.main');
const card = (page: Page, kind: string) => page.locator(`.card.${kind}`).waitFor({ timeout: 60_000 });
const words = (page: Page) => page.locator('.instruction').innerText();
const lastEvent = async (page: Page) => ((await page.evaluate('globalThis.events')) as unknown[]).at(-1);

async function serve(settings: Readonly<Record<string, string>> = patience): Promise<Front> {
  return openElementFront(await listeningApp(settings, { perception: pool }));
}

/** A page with a token; its user obeys, or, before a camera of a file, does nothing. */
async function pageWith(front: Front, token: string, browser?: Browser, script = ''): Promise<Page> {
  return openElement(browser ?? (await startBrowser()), front.url, {
    attributes: { token },
    script,
    expected: [consoleLines.socketFailed, consoleLines.requestFailed],
    ...(!browser && { prepare: (page: Page) => obey(page, someone) }),
  });
}

it('lets somebody pass, and tells the backend alone what counts', async () => {
  const front = await serve();
  const { id, client_token: token } = await makeSession(front.url);
  const page = await pageWith(front, token);
  await main(page).click();
  await page.locator('.seconds').waitFor({ timeout: 30_000 });
  await card(page, 'complete');
  expect(await lastEvent(page)).toMatchObject({ type: 'liveness-complete' });
  expect(await readSession(front.url, id)).toMatchObject({ status: 'passed' });
});

describe('a connection that is lost', () => {
  it('is opened again, and the session goes on', async () => {
    const front = await serve();
    const { id, client_token: token } = await makeSession(front.url);
    const page = await pageWith(front, token);
    await main(page).click();
    await page.locator('.arrow').waitFor({ timeout: 30_000 });
    front.cut();
    await card(page, 'complete');
    expect(await readSession(front.url, id)).toMatchObject({ status: 'passed' });
  });

  it('and stays so ends the session; another try asks the page for a new token', async () => {
    const url = await listeningApp(patience, { perception: pool });
    const front = await openElementFront(url);
    const sessions = [await makeSession(url), await makeSession(url)];
    const page = await pageWith(front, sessions[0]!.client_token, await startBrowser(camera));
    await main(page).click();
    await card(page, 'running');
    front.turnTo(null);
    await page.getByText(text('sdk.reconnecting')).waitFor();
    await card(page, 'failed');
    expect(await words(page)).toBe(text('sdk.trouble.connection_lost'));
    expect(await lastEvent(page)).toMatchObject({ detail: { code: 'connection_lost', needsToken: true } });
    front.turnTo(url);
    await main(page).click();
    await page.getByText(text('sdk.token')).waitFor();
    expect(await lastEvent(page)).toMatchObject({ type: 'liveness-token-needed' });
    await page.evaluate((token) => {
      const element = (
        globalThis as unknown as { document: { querySelector(name: string): { token: string } } }
      ).document;
      element.querySelector('bonafide-liveness').token = token;
    }, sessions[1]!.client_token);
    await card(page, 'running');
  });
});

it.each(['sessions', 'challenge'])(
  'waits for a server that is full as long as it says, and then goes on by itself (%s)',
  async (contract) => {
    const front = await serve({ ...patience, MAX_SESSIONS: '1' });
    const browser = await startBrowser(camera);
    const open = async () => {
      const { client_token: token } = await makeSession(front.url);
      const expected = contract === 'challenge' ? [consoleLines.socketFailed, consoleLines.refused] : [];
      const page = await openElement(browser, front.url, { attributes: { contract, token }, expected });
      await main(page).click();
      return page;
    };
    const first = await open();
    await card(first, 'running');
    const second = await open();
    await second.getByText(text('sdk.waiting')).waitFor();
    await first.close();
    await card(second, 'running');
  },
);

it('says that a token is none, and takes one from `getToken`', async () => {
  const front = await serve();
  const { client_token: token } = await makeSession(front.url);
  const script = `document.querySelector('bonafide-liveness').getToken = async () => '${token}';`;
  const page = await pageWith(front, 'unknown.token', await startBrowser(camera), script);
  await main(page).click();
  await card(page, 'failed');
  expect(await words(page)).toBe(text('sdk.trouble.token_refused'));
  await main(page).click();
  await card(page, 'running');
});

it('is stopped and started again: with the same token where no session was begun, else with another', {
  timeout: 120_000,
}, async () => {
  const front = await serve({ ...patience, RECONNECT_SECONDS: '1' });
  const sessions = [await makeSession(front.url), await makeSession(front.url, { directions: 1 })];
  const script = `document.querySelector('bonafide-liveness').getToken = async () => '${sessions[1]!.client_token}';`;
  const page = await openElement(await startBrowser(), front.url, {
    attributes: { token: sessions[0]!.client_token },
    script,
    prepare: (opened) => obey(opened, someone),
  });
  const status = async (at: number) => readSession(front.url, sessions[at]!.id);
  const stop = () => page.locator('button.stop').click();
  await page.evaluate(`globalThis.ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = () => new Promise(() => {});`);
  await main(page).click();
  await stop();
  await card(page, 'start');
  await page.evaluate('navigator.mediaDevices.getUserMedia = globalThis.ask');
  await main(page).click();
  await card(page, 'running');
  await stop();
  await card(page, 'start');
  expect(await page.evaluate('globalThis.events')).toEqual([]);
  expect(await status(1)).toMatchObject({ status: 'created' });
  // Whoever stops has left: nobody waits for them longer than for anybody.
  await expect
    .poll(() => status(0), { timeout: 20_000 })
    .toMatchObject({ status: 'failed', reason: 'connection_lost' });
  await main(page).click();
  await page.locator('.card.complete, .card.failed').waitFor({ timeout: 90_000 });
  expect(await words(page)).toBe(text('sdk.complete'));
  expect(await status(1)).toMatchObject({ status: 'passed' });
});

it('begins anew with a new token', async () => {
  const front = await serve();
  const [one, other] = [await makeSession(front.url), await makeSession(front.url)];
  const page = await pageWith(front, one.client_token, await startBrowser(camera));
  await main(page).click();
  await card(page, 'running');
  await page.locator('bonafide-liveness').evaluate((element, token) => {
    (element as unknown as { token: string }).token = token;
  }, other.client_token);
  await expect
    .poll(async () => (await readSession(front.url, other.id)).status, { timeout: 20_000 })
    .toBe('running');
});

it('asks for no camera when it is started and stopped in one breath, or before it is on a page', async () => {
  const front = await serve();
  const { client_token: token } = await makeSession(front.url);
  const page = await openElement(await startBrowser(camera), front.url, { attributes: { token } });
  await page.evaluate(`globalThis.asked = 0;
    navigator.mediaDevices.getUserMedia = () => { globalThis.asked++; return new Promise(() => {}); };
    const element = document.querySelector('bonafide-liveness');
    element.start();
    element.stop();
    const loose = document.createElement('bonafide-liveness');
    loose.token = element.token;
    loose.start();`);
  await page.waitForTimeout(500);
  expect(await page.evaluate('globalThis.asked')).toBe(0);
});

it.each([
  ['stopped', 'document.querySelector("bonafide-liveness").stop()'],
  ['taken off the page', 'document.querySelector("bonafide-liveness").remove()'],
])('asks for no camera once it is %s, though the token comes then', async (_how, leave) => {
  const front = await serve();
  const { client_token: token } = await makeSession(front.url);
  const script = `document.querySelector('bonafide-liveness').getToken = () =>
      new Promise((resolve) => { globalThis.give = () => resolve('${token}'); });
    globalThis.asked = 0;
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = (wish) => {
      globalThis.asked++;
      return ask.call(navigator.mediaDevices, wish);
    };`;
  const page = await openElement(await startBrowser(camera), front.url, { attributes: {}, script });
  await main(page).click();
  await page.getByText(text('sdk.token')).waitFor();
  await page.evaluate(leave);
  await page.evaluate('globalThis.give()');
  await page.waitForTimeout(500);
  expect(await page.evaluate('globalThis.asked')).toBe(0);
});
