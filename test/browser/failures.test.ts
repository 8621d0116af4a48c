import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { type Camera, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser, twoPeople } from '../support/puppet-user.ts';
import { buildSdk, openElement, openElementFront } from '../support/sdk.ts';
import { makeSession, readSession } from '../support/session-client.ts';
import { expectTroubleEverywhere, expectWordsEverywhere, outOfSight, windows } from '../support/sight.ts';

// What goes wrong before the camera, provoked in native sessions with real models, on a phone and on a desktop; and what
// is then said, in all languages and windows. What goes wrong on the way to the server: offline and server-restart.

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  buildSdk();
  ({ pool, someone } = await createPuppetUser());
});
afterAll(() => pool?.close());

const main = (page: Page) => page.locator('button.main');
const card = (page: Page, kind: string) => page.locator(`.card.${kind}`).waitFor({ timeout: 60_000 });
const lastEvent = async (page: Page) => ((await page.evaluate('globalThis.events')) as unknown[]).at(-1);

describe.each(['a phone', 'a desktop'] as const)('on %s', (size) => {
  /** A page with a session of its own, before such a camera. */
  async function begin(camera: Camera) {
    const { url } = await openElementFront(await listeningApp({}, { perception: pool }));
    const { id, client_token: token } = await makeSession(url);
    const page = await openElement(await startBrowser(camera), url, {
      attributes: { token },
      context: { viewport: windows[size] },
    });
    expect(await outOfSight(page), 'before the start').toEqual([]);
    await main(page).click();
    return { page, status: async () => readSession(url, id) };
  }
  const resting = () => writeCameraFile(atRest(someone));

  it('permission is refused', async () => {
    const { page, status } = await begin({ file: resting(), allowed: false });
    await card(page, 'failed');
    await expectTroubleEverywhere(page, 'permission_refused');
    // Nobody was looked at: the token is as good as before.
    expect(await lastEvent(page)).toMatchObject({ detail: { wayOut: 'allow', needsToken: false } });
    expect(await status()).toMatchObject({ status: 'created' });
  });

  it('the camera is lost', async () => {
    const { page } = await begin({ file: resting() });
    await card(page, 'running');
    expect(await outOfSight(page), 'while it runs').toEqual([]);
    await page.evaluate(
      'document.querySelector("bonafide-liveness").shadowRoot.querySelector("video").srcObject.getVideoTracks()[0].dispatchEvent(new Event("ended"))',
    );
    await card(page, 'failed');
    await expectTroubleEverywhere(page, 'camera_lost');
    expect(await lastEvent(page)).toMatchObject({ detail: { wayOut: 'retry', needsToken: true } });
  });

  it('two people are before the camera', async () => {
    const { page, status } = await begin({ file: writeCameraFile([await twoPeople(someone)]) });
    await card(page, 'failed');
    await expectWordsEverywhere(page, { instruction: 'failure.multiple_faces', main: 'sdk.again' });
    expect(await page.evaluate('globalThis.hints')).toContain('several_faces');
    expect(await lastEvent(page)).toMatchObject({ type: 'liveness-failed' });
    expect(await status()).toMatchObject({ status: 'failed', reason: 'multiple_faces' });
  });
});
