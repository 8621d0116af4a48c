import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOptions, readConfig } from '../src/config.ts';
import { say } from '../src/messages.ts';
import type { Perception } from '../src/perception/engine.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { listeningApp, testApp } from './support/app.ts';
import { openPage, sitDown, startBrowser, writeCameraFile } from './support/browser.ts';
import { loadSampleFaces } from './support/faces.ts';
import { startPool } from './support/pool.ts';
import { type Direction, type PoseBank, renderPoseBank } from './support/pose-bank.ts';

// The test page in a real browser, before real models: a puppet is its user.

const engine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));
const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  const inline = await createInlinePerception(engine);
  const [sample] = await loadSampleFaces(inline);
  await inline.close();
  someone = await renderPoseBank(sample!);
  pool = await startPool(engine, { deadlineMs: 15_000 });
});
afterAll(() => pool?.close());

/** The page of a server with these settings, which asks for `asked` again and again. */
async function testPage(browser: Browser, settings: Record<string, string> = {}, asked?: Direction) {
  const drawDirections = asked && ((count: number) => Array<Direction>(count).fill(asked));
  const url = await listeningApp(settings, { perception: pool, ...(drawDirections && { drawDirections }) });
  return openPage(browser, `${url}/test`);
}

const words = (page: Page) => page.locator('.instruction').innerText();
const hint = (page: Page) => page.locator('.hint').innerText();
const start = (page: Page) => page.getByRole('button').click();

/** Waits for the session to end, one way or the other. */
async function endOf(page: Page): Promise<'live' | 'failed'> {
  await page.locator('main[data-phase="live"], main[data-phase="failed"]').waitFor();
  return (await page.locator('main').getAttribute('data-phase')) as 'live' | 'failed';
}

const instructions = Object.fromEntries(
  directions.map((direction) => [direction, say(`page.${direction}`, 'en')]),
) as Record<Direction, string>;

it('lets somebody pass who does what it says', async () => {
  const browser = await startBrowser();
  const url = await listeningApp({}, { perception: pool });
  const page = await openPage(browser, 'about:blank');
  await sitDown(page, someone, '.instruction', instructions);
  await page.goto(`${url}/test`);
  expect(await words(page)).toBe(say('page.intro', 'en'));
  await start(page);
  await page.locator('.arrow:not([hidden])').waitFor();
  expect(Object.values(instructions)).toContain(await words(page));
  expect(await page.locator('.yaw').innerText()).toMatch(/^−?\d+\.\d°$/);
  expect(await page.locator('.pitch').innerText()).toMatch(/^−?\d+\.\d°$/);
  expect(await endOf(page), await words(page)).toBe('live');
  expect(await words(page)).toBe(say('page.live', 'en'));
  expect(await page.locator('#count').innerText()).toBe('3 / 3');
  expect(await page.locator('.arrow').isHidden()).toBe(true);
  // The camera is off again.
  expect(await page.evaluate('document.querySelector("video").srcObject')).toBe(null);
});

describe('fails, and says so, when the camera shows', () => {
  const second = (pictures: readonly Buffer[], seconds = 1) =>
    Array.from({ length: 30 * seconds }, (_, frame) => pictures[Math.floor(frame / 8) % pictures.length]!);

  it('a turn to the wrong side', async () => {
    const { centre, turns } = someone;
    const turn = turns.RIGHT.flatMap((picture) => Array(4).fill(picture));
    const file = writeCameraFile([...second(centre, 3), ...turn, ...second(turns.RIGHT.slice(-1), 3)]);
    const page = await testPage(await startBrowser({ file }), { CHALLENGE_TIMEOUT: '20' }, 'LEFT');
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('failure.wrong_direction', 'en'));
    expect(await hint(page)).toContain(say('page.wrongRIGHT', 'en'));
    expect(await hint(page)).toContain('wrong_direction');
  });

  it('somebody who never turns, and may start again', async () => {
    const page = await testPage(await startBrowser({ file: writeCameraFile(second(someone.centre)) }));
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('failure.challenge_timeout', 'en'));
    expect(await page.getByRole('button').innerText()).toBe(say('page.again', 'en'));
    // Restarted from the keyboard: the button has the focus.
    await page.keyboard.press('Enter');
    await page.locator('.arrow:not([hidden])').waitFor();
  });
});

describe('says in words that', () => {
  it('the camera may not be used', async () => {
    const file = writeCameraFile(someone.centre);
    const page = await testPage(await startBrowser({ file, allowed: false }));
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.cameraRefused', 'en'));
  });

  it('there is no camera', async () => {
    const page = await testPage(await startBrowser());
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.cameraMissing', 'en'));
  });

  it('another program has the camera', async () => {
    const page = await testPage(await startBrowser());
    await page.evaluate(
      'navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotReadableError"); }',
    );
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.cameraInUse', 'en'));
  });

  it('browsers open no camera on a page that came without encryption', async () => {
    const browser = await startBrowser();
    const url = new URL(await listeningApp({}, { perception: pool }));
    const page = await openPage(browser, `http://camera.test:${url.port}/test`);
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.insecure', 'en'));
  });

  it('the API key is wrong, and takes the right one', async () => {
    const camera = { file: writeCameraFile(someone.centre) };
    const page = await testPage(await startBrowser(camera), { API_KEY: 'geheim/ключ+' });
    await page.getByLabel(say('page.key', 'en')).fill('wrong');
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.keyRefused', 'en'));
    await page.getByLabel(say('page.key', 'en')).fill('geheim/ключ+');
    await start(page);
    await page.locator('.arrow:not([hidden])').waitFor();
  });

  it('the server takes no more sessions', async () => {
    const browser = await startBrowser({ file: writeCameraFile(someone.centre) });
    const page = await testPage(browser, { MAX_SESSIONS: '1' });
    const other = await openPage(browser, page.url());
    await start(other);
    await other.locator('.arrow:not([hidden])').waitFor();
    await start(page);
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('page.connectionRefused', 'en'));
  });

  it('the server stops, and then that it is gone', async () => {
    const browser = await startBrowser({ file: writeCameraFile(someone.centre) });
    const app = await testApp({}, { perception: pool });
    const page = await openPage(browser, `${await app.listen({ host: '127.0.0.1', port: 0 })}/test`);
    await start(page);
    await page.locator('.arrow:not([hidden])').waitFor();
    await app.close();
    expect(await endOf(page)).toBe('failed');
    expect(await words(page)).toBe(say('failure.shutting_down', 'en'));
    await start(page);
    await page.getByText(say('page.serverGone', 'en')).waitFor();
  });
});

it('tells a lost connection from a refused one', async () => {
  const page = await testPage(await startBrowser({ file: writeCameraFile(someone.centre) }));
  let hangUp = () => {};
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.connectToServer();
    hangUp = () => void socket.close({ code: 1011 });
  });
  await start(page);
  await page.locator('.arrow:not([hidden])').waitFor();
  hangUp();
  expect(await endOf(page)).toBe('failed');
  expect(await words(page)).toBe(say('page.connectionLost', 'en'));
});
