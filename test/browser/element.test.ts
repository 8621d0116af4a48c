import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Language, languages, type MessageKey, say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { scriptedPerception, testApp } from '../support/app.ts';
import { consoleLines, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser, obey } from '../support/puppet-user.ts';
import {
  buildSdk,
  type ElementPage,
  listeningWithElement,
  openElement,
  openElementFront,
} from '../support/sdk.ts';

// The web component in a real browser, before a real server and real models: a puppet is its user.

let pool: Perception;
let someone: PoseBank;
let camera: { readonly file: string };
beforeAll(async () => {
  buildSdk();
  ({ pool, someone } = await createPuppetUser());
  camera = { file: writeCameraFile(atRest(someone)) };
});
afterAll(() => pool?.close());

const phone = { viewport: { width: 390, height: 844 } };
const words = (page: Page) => page.locator('.instruction').innerText();
const main = (page: Page) => page.locator('button.main');
const events = (page: Page): Promise<{ type: string; detail: Record<string, unknown> }[]> =>
  page.evaluate('globalThis.events');
const isCameraOff = (page: Page) =>
  page.evaluate(
    'document.querySelector("bonafide-liveness").client.state.phase !== "running" && !document.querySelector("bonafide-liveness").shadowRoot.querySelector("video")?.srcObject',
  );

/** Presses the button and waits for what the element says in the end, in words. */
async function endOf(page: Page): Promise<string> {
  await main(page).click();
  await page.locator('.card.failed, .card.complete').waitFor({ timeout: 45_000 });
  return words(page);
}

const text = (key: string, language: Language = 'en') => say(key as MessageKey, language);

describe.each(languages)('in %s', (language) => {
  it('lets somebody pass who does what it says', async () => {
    const browser = await startBrowser();
    const url = await listeningWithElement({ CHALLENGE_TIMEOUT: '20' }, { perception: pool });
    const page = await openElement(browser, url, {
      attributes: { contract: 'challenge', lang: language },
      context: phone,
      prepare: (opened) => obey(opened, someone),
    });
    expect(await page.locator('h2').innerText()).toBe(text('sdk.title', language));
    expect(await endOf(page)).toBe(text('sdk.complete', language));
    expect(await events(page)).toMatchObject([{ type: 'liveness-complete', detail: { status: 'complete' } }]);
    expect(await isCameraOff(page)).toBe(true);
  });
});

describe('says what is wrong and what to do, each with a code of its own:', () => {
  async function trouble(page: Page, code: string, language: Language = 'en'): Promise<void> {
    expect(await endOf(page)).toBe(text(`sdk.trouble.${code}`, language));
    expect(await page.locator('.detail').innerText()).toBe(text(`sdk.wayOut.${code}`, language));
    expect((await events(page)).at(-1)).toMatchObject({ type: 'liveness-error', detail: { code } });
    expect(await isCameraOff(page)).toBe(true);
  }
  const open = async (allowed = true, file: string | undefined = camera.file, page: ElementPage = {}) => {
    const browser = await startBrowser({ allowed, ...(file && { file }) });
    return openElement(browser, await listeningWithElement({}, { perception: pool }), page);
  };
  /** Has the browser refuse the camera as it would. */
  const refusing = (name: string, message: string) => (page: Page) =>
    page.addInitScript(
      `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException(${JSON.stringify(message)}, '${name}'); };`,
    );

  it('permission refused', async () => trouble(await open(false), 'permission_refused'));

  it('permission dismissed', async () => {
    const prepare = refusing('NotAllowedError', 'Permission dismissed');
    await trouble(await open(true, camera.file, { prepare }), 'permission_dismissed');
  });

  it('no camera', async () =>
    trouble(
      await openElement(await startBrowser(), await listeningWithElement({}, { perception: pool })),
      'camera_missing',
    ));

  it('camera in use', async () => {
    const prepare = refusing('NotReadableError', 'Device in use');
    await trouble(await open(true, camera.file, { prepare }), 'camera_in_use');
  });

  it('insecure context, in another language', async () => {
    const browser = await startBrowser(camera);
    const url = new URL(await listeningWithElement({}, { perception: pool }));
    const attributes = { contract: 'challenge', lang: 'pt' };
    const page = await openElement(browser, `http://camera.test:${url.port}`, { attributes });
    await trouble(page, 'insecure_context', 'pt');
  });

  it('unsupported browser', async () => {
    const prepare = (page: Page) =>
      page.addInitScript('Object.defineProperty(Navigator.prototype, "mediaDevices", { value: undefined });');
    await trouble(await open(true, camera.file, { prepare }), 'unsupported_browser');
  });

  it('camera lost midway, and lets the user try again by the keyboard', async () => {
    const page = await open();
    await main(page).click();
    await page.getByText(text('sdk.CENTER')).waitFor();
    await page.evaluate(
      'document.querySelector("bonafide-liveness").shadowRoot.querySelector("video").srcObject.getVideoTracks()[0].dispatchEvent(new Event("ended"))',
    );
    await page.locator('.card.failed').waitFor();
    expect(await words(page)).toBe(text('sdk.trouble.camera_lost'));
    await page.keyboard.press('Enter');
    await page.locator('.card.running').waitFor();
  });

  it('server gone', async () => {
    const app = await testApp({}, { perception: pool });
    const page = await openElement(
      await startBrowser(camera),
      (await openElementFront(await app.listen({ host: '127.0.0.1', port: 0 }))).url,
      { expected: [consoleLines.socketFailed, consoleLines.requestFailed] },
    );
    await app.close();
    await trouble(page, 'server_unreachable');
  });

  it('an API key that is none', async () => {
    const url = await listeningWithElement({ API_KEY: 'geheim' }, { perception: pool });
    const attributes = { contract: 'challenge', 'api-key': 'wrong' };
    const expected = [consoleLines.socketFailed, consoleLines.refused];
    const page = await openElement(await startBrowser(camera), url, { attributes, expected });
    await trouble(page, 'key_refused');
    await page.evaluate('document.querySelector("bonafide-liveness").apiKey = "geheim"');
    await main(page).click();
    await page.locator('.card.running').waitFor();
  });

  it('connection lost, where the contract does not let it come back', async () => {
    let hangUp = () => {};
    const prepare = (page: Page) =>
      page.routeWebSocket(/\/ws$/, (socket) => {
        socket.connectToServer();
        hangUp = () => void socket.close({ code: 1001 });
      });
    const page = await open(true, camera.file, { prepare });
    await main(page).click();
    await page.locator('.card.running').waitFor();
    hangUp();
    await page.locator('.card.failed').waitFor();
    expect(await words(page)).toBe(text('sdk.trouble.connection_lost'));
  });

  it('a page out of sight', async () => {
    const page = await open();
    await main(page).click();
    await page.getByText(text('sdk.CENTER')).waitFor();
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
    await page.getByText(text('sdk.hint.tab_hidden')).waitFor();
    await page.locator('.card.failed').waitFor({ timeout: 30_000 });
    expect(await words(page)).toBe(text('sdk.trouble.tab_hidden'));
  });

  it('a server that fails the session: nobody there, for instance', async () => {
    const nobody = scriptedPerception();
    const url = await listeningWithElement({ SESSION_TIMEOUT: '2' }, { perception: nobody });
    const page = await openElement(await startBrowser(camera), url);
    const last = await endOf(page);
    expect(last).toMatch(/start again/);
    expect(await events(page)).toMatchObject([{ type: 'liveness-failed', detail: { failure: {} } }]);
  });
});

describe('the mirror', () => {
  /** Red on the image's left, blue on its right: the side of the subject's own left hand. */
  async function twoColours(): Promise<string> {
    const { default: sharp } = await import('sharp');
    const half = (background: string) => ({
      create: { width: 320, height: 480, channels: 3 as const, background },
    });
    const blue = await sharp(half('#0000ff')).png().toBuffer();
    const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#ff0000' } })
      .composite([{ input: blue, left: 320, top: 0 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    return writeCameraFile([picture]);
  }

  it.each(['ltr', 'rtl'])(
    'shows the subject’s left on the left, where the arrow points, and sends what the camera sees (%s)',
    async (dir) => {
      const { default: sharp } = await import('sharp');
      let frame: Buffer | null = null;
      const told = { state: 'WAITING_ACTION', instruction: 'LEFT', success: 0, total: 3 };
      const page = await openElement(
        await startBrowser({ file: await twoColours() }),
        await listeningWithElement(),
        {
          html: { lang: 'en', dir },
          prepare: (opened) =>
            opened.routeWebSocket(/\/ws$/, (socket) => {
              socket.send(JSON.stringify({ ...told, type: 'start' }));
              socket.onMessage((message) => {
                frame ??= Buffer.from(message as Buffer);
                socket.send(JSON.stringify({ ...told, type: 'waiting' }));
              });
            }),
        },
      );
      await main(page).click();
      const arrow = await page.locator('.arrow').boundingBox();
      const stage = (await page.locator('.stage').boundingBox())!;
      expect(arrow!.x + arrow!.width / 2).toBeLessThan(stage.x + stage.width / 3);
      await expect.poll(() => frame).not.toBe(null);
      const pixel = async (image: Buffer, share: number) => {
        const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
        const at =
          (Math.floor(info.height / 2) * info.width + Math.floor(info.width * share)) * info.channels;
        return data[at]! > data[at + 2]! ? 'red' : 'blue';
      };
      expect([await pixel(frame!, 0.1), await pixel(frame!, 0.9)]).toEqual(['red', 'blue']);
      const shot = await page.locator('.stage').screenshot();
      expect([await pixel(shot, 0.4), await pixel(shot, 0.6)]).toEqual(['blue', 'red']);
    },
  );
});
