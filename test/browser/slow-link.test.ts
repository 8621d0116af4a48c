import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MessageKey, say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { startBrowser } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { createPuppetUser, obey } from '../support/puppet-user.ts';
import { buildSdk, openElement, openElementFront } from '../support/sdk.ts';
import { makeSession, readSession } from '../support/session-client.ts';

// The web component from a cold start on a slow link. How long things take is told by `npm run bench:slow-link`.

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  buildSdk();
  ({ pool, someone } = await createPuppetUser());
});
afterAll(() => pool?.close());

/** 400 kbit/s each way, in bytes a second, and 100 milliseconds there and back. */
const slowLink = { offline: false, latency: 100, downloadThroughput: 50_000, uploadThroughput: 50_000 };

/** Counts, in the page, frames that have no answer yet. */
const countUnanswered = `globalThis.mostUnanswered = 0;
globalThis.WebSocket = class extends WebSocket {
  unanswered = 0;
  constructor(...address) {
    super(...address);
    this.addEventListener('message', ({ data }) => JSON.parse(data).frame === undefined || this.unanswered--);
  }
  send(frame) {
    globalThis.mostUnanswered = Math.max(globalThis.mostUnanswered, ++this.unanswered);
    super.send(frame);
  }
};`;

it('lets somebody pass at 400 kbit/s: frames become smaller, and never wait for one another', async () => {
  // Nobody shall fail because the machine is busy, too.
  const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120' };
  const front = await openElementFront(await listeningApp(patience, { perception: pool }));
  const { id, client_token: token } = await makeSession(front.url);
  const page = await openElement(await startBrowser(), front.url, {
    attributes: { token },
    async prepare(opened) {
      const devTools = await opened.context().newCDPSession(opened);
      await devTools.send('Network.enable');
      await devTools.send('Network.emulateNetworkConditions', slowLink);
      await opened.addInitScript(countUnanswered);
      await obey(opened, someone);
    },
  });
  await page.locator('button.main').click();
  await page.locator('.card.failed, .card.complete').waitFor({ timeout: 90_000 });
  expect(await page.locator('.instruction').innerText()).toBe(say('sdk.complete' as MessageKey, 'en'));
  expect(await readSession(front.url, id)).toMatchObject({ status: 'passed' });
  const frames: { bytes: number }[] = await page.evaluate('globalThis.frames');
  const [first, ...rest] = frames.map(({ bytes }) => bytes);
  expect(Math.min(...rest)).toBeLessThan(0.8 * first!);
  expect(await page.evaluate('globalThis.mostUnanswered')).toBe(1);
});
