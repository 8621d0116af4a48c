import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Language, languages, type MessageKey, say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp, testApp } from '../support/app.ts';
import { sitDown, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { Direction, PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser } from '../support/puppet-user.ts';
import { face, seeing } from '../support/recognition-wire.ts';
import { memoryStores } from '../support/stores.ts';

// The demo at /test in a real browser, before a real server. Where heads turn a puppet is its user, and models are real;
// where the page alone is tried perception says what it is told.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const checks = ['challenge', 'frames', 'selfie', 'blink', 'enrol', 'verify'] as const;
const text = (key: string, language: Language = 'en', values = {}) =>
  say(`demo.${key}` as MessageKey, language, values);

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 900 };
/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120' };
const untilJudged = { timeout: 90_000 };

let pool: Perception;
let someone: PoseBank;
let camera: { readonly file: string };
beforeAll(async () => {
  ({ pool, someone } = await createPuppetUser());
  camera = { file: writeCameraFile(atRest(someone)) };
});
afterAll(() => pool?.close());

/** What the browser is like, and what is done before the page is loaded. */
interface Look extends BrowserContextOptions {
  readonly check?: (typeof checks)[number];
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens the demo; whatever a page may complain of fails the test when it ends, but for requests that are to be refused. */
async function openDemo(browser: Browser, url: string, { check = 'challenge', prepare, ...look }: Look = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: desktop, ...look });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    const isRefusal = /status of 40[134]|net::ERR_FAILED/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  onTestFinished(() => expect(complaints).toEqual([]));
  await prepare?.(page);
  await page.goto(`${url}/test#${check}`);
  await page.locator('.columns').waitFor();
  return page;
}

/** Somebody who does what `instruction` says, in these words. */
const obey = (page: Page, instruction: string, words: (direction: Direction) => string) =>
  sitDown(page, someone, instruction, {
    LEFT: words('LEFT'),
    RIGHT: words('RIGHT'),
    UP: words('UP'),
    DOWN: words('DOWN'),
  });

/** Somebody who reads what the page shows of the server's last message. */
const obeyServer = (page: Page) =>
  obey(page, '.exchanges pre', (direction) => `"instruction": "${direction}"`);

const outcome = async (page: Page) => {
  await page.locator('.verdict').waitFor(untilJudged);
  return page.locator('.outcome').innerText();
};
const start = (page: Page) => page.locator('.booth button').click();
const shown = (page: Page) => page.locator('.exchanges').evaluate(({ textContent }) => textContent ?? '');

async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}

const excessWidth = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

describe('turns of the head', () => {
  it.each([
    { viewport: phone, colorScheme: 'dark' },
    { viewport: desktop, colorScheme: 'light' },
  ] as const)('pass, and the page shows what the server saw: %j', async (look) => {
    const url = await listeningApp(patience, { perception: pool });
    const page = await openDemo(await startBrowser(), url, { ...look, prepare: obeyServer });
    await page.locator('bonafide-liveness button.main').click();
    await page.locator('bonafide-liveness .seconds').waitFor(untilJudged);
    await page.locator('dd.yaw').filter({ hasText: /\d/ }).waitFor();
    // The mesh lies on the face, which is in the middle of the picture; beside it there is nothing.
    const ink = await page.evaluate<{ shape: number; share: number; transform: string }>(`(() => {
      const canvas = document.querySelector('canvas');
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      const columns = new Set();
      for (let at = 3; at < data.length; at += 4) if (data[at] > 0) columns.add(((at - 3) / 4) % width);
      return { shape: width / height, share: columns.size / width, transform: getComputedStyle(canvas).transform };
    })()`);
    expect(ink.shape).toBeCloseTo(4 / 3, 1);
    expect(ink.share).toBeGreaterThan(0.1);
    expect(ink.share).toBeLessThan(0.8);
    expect(ink.transform).toBe('matrix(-1, 0, 0, 1, 0, 0)');
    expect(await findings(page)).toEqual([]);
    expect(await excessWidth(page)).toBeLessThanOrEqual(0);
    expect(await outcome(page)).toContain(text('session.passed'));
    expect(await page.locator('.models li').count()).toBeGreaterThan(1);
    expect(await page.locator('.curve path.left').getAttribute('d')).toMatch(/^M[\d. ]+L/);
    expect(await shown(page)).toContain('GET /v2/sessions/');
    expect(await shown(page)).toContain('"client_token": "•••"');
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: text('again') }).click();
    await page.locator('bonafide-liveness .card.running').waitFor(untilJudged);
  });

  it('pass by the plain WebSocket', async () => {
    const url = await listeningApp(patience, { perception: pool });
    const page = await openDemo(await startBrowser(), url, { prepare: obeyServer });
    await page.getByLabel(text('bySocket')).check();
    await page.locator('bonafide-liveness button.main').click();
    expect(await outcome(page)).toContain(text('live'));
    expect(await shown(page)).toContain('WS /ws');
  });
});

it('takes posed pictures as it says, and shows what was made of each', async () => {
  const url = await listeningApp({}, { perception: pool });
  const prepare = (page: Page) =>
    obey(page, '.told', (direction) =>
      direction === 'LEFT' || direction === 'RIGHT' ? text(`do.${direction.toLowerCase()}`) : 'never',
    );
  const page = await openDemo(await startBrowser(), url, { check: 'frames', viewport: phone, prepare });
  await start(page);
  await page.locator('.stage .arrow.left').waitFor();
  await outcome(page);
  const passed = await page
    .locator('.parts li')
    .evaluateAll((parts) => parts.map(({ className }) => className));
  // Poses, and then the blink: this puppet has no lids to close.
  expect(passed.slice(0, 4)).toEqual(['good', 'good', 'good', 'bad']);
  expect(await shown(page)).toMatch(/"left": "‹base64, \d+ kB›"/);
  expect(await findings(page)).toEqual([]);
});

describe('a blinking clip', () => {
  it.each([
    ['by the recorder of the browser', ''],
    ['of pictures, where there is no recorder', 'delete globalThis.MediaRecorder;'],
  ])('is taken %s, and judged', async (_how, without) => {
    const url = await listeningApp({}, { perception: pool });
    const page = await openDemo(await startBrowser(camera), url, {
      check: 'blink',
      prepare: (opened) => opened.addInitScript(without),
    });
    await start(page);
    await page.locator('.told').getByText(text('do.blink')).waitFor(untilJudged);
    expect(await outcome(page)).toContain(text('blinkRefused'));
    expect(await shown(page)).toMatch(without ? /"video": "‹video\/avi, / : /"video": "‹video\/webm/);
    expect(await shown(page)).toMatch(/"blink_count": 0/);
  });
});

describe('with a face that the server takes for live', () => {
  const perception = seeing(face({ box: { x: 100, y: 50, width: 200, height: 240 } }));
  const open = async (settings: Record<string, string> = {}) => {
    const stores = await memoryStores();
    onTestFinished(() => stores.close());
    return listeningApp(settings, { perception, stores });
  };

  it('checks a selfie, and shows it with the face that was found', async () => {
    const page = await openDemo(await startBrowser(camera), await open(), { check: 'selfie' });
    await start(page);
    expect(await outcome(page)).toContain(text('live'));
    expect(await page.locator('.stage .still').getAttribute('src')).toMatch(/^blob:/);
    expect(await page.locator('.stage .box rect').getAttribute('width')).toBe('200');
    expect(await shown(page)).toMatch(/"image": "‹base64, \d+ kB›"/);
    expect(await page.evaluate('document.querySelector("video")')).toBe(null);
    expect(await findings(page)).toEqual([]);
  });

  it('enrols nobody who has not agreed, and whoever has; knows them; deletes them', async () => {
    const page = await openDemo(await startBrowser(camera), await open(), { check: 'enrol' });
    await start(page);
    await page.getByText(text('nameMissing')).waitFor();
    await page.getByLabel(text('name')).fill('Ana / 1');
    await start(page);
    await page.getByText(text('consentMissing')).waitFor();
    await page.getByLabel(text('consent', 'en', { name: 'Ana / 1' })).check();
    await start(page);
    expect(await outcome(page)).toContain(say('recognition.registered', 'en'));
    expect(await findings(page)).toEqual([]);
    await page.getByRole('link', { name: text('check.verify') }).click();
    await page.locator('.booth.card').waitFor();
    expect(await page.getByLabel(text('name')).inputValue()).toBe('Ana / 1');
    await start(page);
    expect(await outcome(page)).toContain(text('match'));
    await page.getByRole('button', { name: text('erase', 'en', { name: 'Ana / 1' }) }).click();
    await page.getByText(say('recognition.erased', 'en'), { exact: true }).waitFor();
    await start(page);
    await expect
      .poll(() => page.locator('.outcome').allInnerTexts(), untilJudged)
      .toMatchObject([expect.stringContaining(say('error.user_not_found', 'en'))]);
  });

  it('asks for a key where there is one, and says what is wrong with it', async () => {
    const url = await open({ API_KEY: 'secret-1' });
    const page = await openDemo(await startBrowser(camera), url, { check: 'selfie' });
    const field = page.getByLabel(text('key'), { exact: true });
    await field.fill('wrong');
    await page.keyboard.press('Enter');
    await start(page);
    await page.getByText(text('keyRefused')).waitFor(untilJudged);
    expect(await findings(page)).toEqual([]);
    await field.fill('secret-1');
    await page.keyboard.press('Enter');
    await page.getByText(text('keySet')).waitFor();
    await start(page);
    expect(await outcome(page)).toContain(text('live'));
  });

  it('opens a session of KYC with the key, as a relying party would, and shows the key nowhere', async () => {
    const page = await openDemo(await startBrowser(camera), await open({ API_KEY: 'secret-1' }), {
      check: 'selfie',
    });
    await page.getByLabel(text('key'), { exact: true }).fill('secret-1');
    await page.keyboard.press('Enter');
    await page.getByText(text('keyWhy')).click();
    await page.getByText(text('keyNote')).waitFor();
    await page.getByLabel(text('byKyc')).check();
    await start(page);
    expect(await outcome(page)).toContain(text('live'));
    expect(await shown(page)).toContain('"x-session-token": "•••"');
    expect(page.url()).not.toContain('secret-1');
    expect(await page.content()).not.toContain('secret-1');
    expect(await page.evaluate('[...Object.values(sessionStorage)].includes("secret-1")')).toBe(true);
    await page.getByRole('button', { name: text('keyForget') }).click();
    expect(await page.evaluate('sessionStorage.getItem("bonafide.test.key")')).toBe(null);
  });
});

it('says in words that the camera may not be used, and that the server is gone', async () => {
  const app = await testApp();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const refused = await openDemo(await startBrowser({ ...camera, allowed: false }), url, { check: 'selfie' });
  await start(refused);
  await refused.getByText(say('sdk.trouble.permission_refused', 'en')).waitFor();
  await refused.getByText(say('sdk.wayOut.permission_refused', 'en')).waitFor();
  const page = await openDemo(await startBrowser(camera), url, { check: 'selfie' });
  await page.route('**/liveness', (route) => route.abort());
  await start(page);
  await page.locator('.told').getByText(text('serverGone')).waitFor(untilJudged);
  expect(await page.locator('.booth button').innerText()).toBe(say('sdk.again', 'en'));
});

it.each([
  { language: 'en', colorScheme: 'light', viewport: desktop },
  { language: 'id', colorScheme: 'dark', viewport: desktop },
  { language: 'pt', colorScheme: 'light', viewport: phone },
  { language: 'uz', colorScheme: 'dark', viewport: { width: 320, height: 568 } },
] as const)('can be used by everybody, and fits: %j', async ({ language, ...look }) => {
  const url = await listeningApp({ API_KEY: 'secret' });
  const page = await openDemo(await startBrowser(), url, { ...look, locale: language });
  await page.locator('#key').waitFor();
  // The first one is open already.
  for (const check of [...checks.slice(1), checks[0]]) {
    await page.locator(`nav a[href="#${check}"]`).focus();
    await page.keyboard.press('Enter');
    await page
      .locator('h2')
      .getByText(text(`check.${check}`, language), { exact: true })
      .waitFor();
    await expect.poll(() => page.title()).toContain(text(`check.${check}`, language));
    expect(await page.getByText(text(`intro.${check}`, language)).count()).toBe(1);
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('check');
    expect(await findings(page), check).toEqual([]);
    expect(await excessWidth(page), check).toBeLessThanOrEqual(0);
  }
});

it('opens the check that the address has come to ask for while the words were on their way', async () => {
  const url = await listeningApp();
  const prepare = (page: Page) =>
    page.route(/\/assets\/en-.*\.js$/, async (route) => {
      await page.evaluate("location.hash = 'verify'");
      await route.continue();
    });
  const page = await openDemo(await startBrowser(), url, { prepare });
  await page.locator('h2').getByText(text('check.verify'), { exact: true }).waitFor();
});

describe('speaks', () => {
  it.each(languages)('%s, as somebody chooses, and remembers it', async (language) => {
    const page = await openDemo(await startBrowser(), await listeningApp());
    await page.locator('header select').selectOption(language);
    await page.locator('h1').getByText(text('title', language)).waitFor();
    await page
      .locator('bonafide-liveness')
      .getByRole('button', { name: say('sdk.start', language) })
      .waitFor();
    await page.reload();
    await page.locator('h1').getByText(text('title', language)).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
  });

  it('Uzbek where the browser likes none of ours, as the demonstration of seed 001', async () => {
    const page = await openDemo(await startBrowser(), await listeningApp(), { locale: 'de-DE' });
    expect(await page.locator('html').getAttribute('lang')).toBe('uz');
  });
});
