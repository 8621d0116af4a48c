import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { say } from '../../src/messages.ts';
import { consoleLines, startBrowser } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { createPuppetUser, obey } from '../support/puppet-user.ts';
import { buildSdk, openElement, openElementFront } from '../support/sdk.ts';
import { startServer } from '../support/server.ts';
import { makeSession, readSession } from '../support/session-client.ts';
import { expectTroubleEverywhere, windows } from '../support/sight.ts';

// The server's process is killed in the middle of a session and started again: what the user sees, what their backend
// reads, and that "try again" leads to a pass. Pages ask the server itself, from an origin of their own.

let someone: PoseBank;
beforeAll(async () => {
  buildSdk();
  const user = await createPuppetUser();
  someone = user.someone;
  await user.pool.close();
});

const main = (page: Page) => page.locator('button.main');
const card = (page: Page, kind: string) => page.locator(`.card.${kind}`).waitFor({ timeout: 90_000 });
const lastEvent = async (page: Page) => ((await page.evaluate('globalThis.events')) as unknown[]).at(-1);

/** A server that can be killed and started again, at the same address with the same data. */
async function startMortal() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-restarts-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const settings = {
    DATA_DIR: dataDir,
    ALLOWED_ORIGINS: '*',
    CHALLENGE_TIMEOUT: '30',
    SESSION_TIMEOUT: '120',
    REQUEST_TIMEOUT_MS: '15000',
    // One turn will do, here and after the restart.
    REQUIRED_SUCCESSES: '1',
  };
  let running = await startServer(settings);
  const { url } = running;
  const kill = async () => {
    running.process.kill('SIGKILL');
    await once(running.process, 'exit');
  };
  onTestFinished(kill);
  return {
    url,
    kill,
    startAgain: async () => {
      running = await startServer({ ...settings, PORT: new URL(url).port });
    },
  };
}

/** A page before that server, whose user does as told. */
async function open(
  url: string,
  attributes: Record<string, string>,
  size: keyof typeof windows,
  script = '',
) {
  return openElement(await startBrowser(), (await openElementFront(url)).url, {
    attributes: { server: url, ...attributes },
    script,
    context: { viewport: windows[size] },
    expected: [consoleLines.socketFailed, consoleLines.requestFailed],
    prepare: (page: Page) => obey(page, someone),
  });
}

it('a native session is lost, its backend is told why, and another one passes', {
  timeout: 240_000,
}, async () => {
  const server = await startMortal();
  const { url } = server;
  const [one, other] = [await makeSession(url), await makeSession(url)];
  const script = `document.querySelector('bonafide-liveness').getToken = async () => '${other.client_token}';`;
  const page = await open(url, { token: one.client_token }, 'a phone', script);
  await main(page).click();
  await page.locator('.arrow').waitFor({ timeout: 60_000 });
  await server.kill();
  await page.locator('.card.preparing').waitFor();
  const startingAgain = server.startAgain();
  await card(page, 'failed');
  await expectTroubleEverywhere(page, 'connection_lost');
  expect(await lastEvent(page)).toMatchObject({
    detail: { code: 'connection_lost', wayOut: 'retry', needsToken: true },
  });
  await startingAgain;
  expect(await readSession(url, one.id)).toMatchObject({ status: 'failed', reason: 'server_restarted' });
  await main(page).click();
  await card(page, 'complete');
  expect(await readSession(url, other.id)).toMatchObject({ status: 'passed' });
});

it('a session of /ws is lost, is not to be had meanwhile, and another one passes', {
  timeout: 240_000,
}, async () => {
  const server = await startMortal();
  const page = await open(server.url, { contract: 'challenge' }, 'a desktop');
  await main(page).click();
  await page.locator('.arrow').waitFor({ timeout: 60_000 });
  await server.kill();
  await card(page, 'failed');
  await expectTroubleEverywhere(page, 'connection_lost');
  await main(page).click();
  await expect.poll(() => page.evaluate('globalThis.events.length'), { timeout: 30_000 }).toBe(2);
  expect(await lastEvent(page)).toMatchObject({ detail: { code: 'server_unreachable' } });
  expect(await page.locator('.instruction').innerText()).toBe(say('sdk.trouble.server_unreachable', 'en'));
  await server.startAgain();
  await main(page).click();
  await card(page, 'complete');
  expect(await lastEvent(page)).toMatchObject({ type: 'liveness-complete' });
});
