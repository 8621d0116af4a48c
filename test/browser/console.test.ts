import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { type Language, languages, type MessageKey, say } from '../../src/messages.ts';
import type { Decision, Stores } from '../../src/stores/ports.ts';
import { listeningApp } from '../support/app.ts';
import { consoleLines, failOnErrors, startBrowser } from '../support/browser.ts';
import { pattern } from '../support/dataset.ts';
import { sample } from '../support/samples.ts';
import { memoryStores } from '../support/stores.ts';

// The console in a real browser, before a real server whose data set shows nobody.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sections = ['decisions', 'rates', 'samples', 'server', 'events'] as const;
const text = (key: string, language: Language = 'en') => say(`console.${key}` as MessageKey, language);

const hour = 3_600_000;

/** Decisions of three days, with every outcome. */
function decisions(): Decision[] {
  const outcomes = ['live', 'live', 'attack', 'refused', 'inconclusive', 'unanswered'] as const;
  return outcomes.flatMap((outcome, at) =>
    [0, 24, 48].map((hours) => ({
      at: new Date(Date.now() - hours * hour - at * 60_000),
      contract: at % 2 ? ('challenge' as const) : ('passive' as const),
      route: at % 2 ? 'WS /ws' : 'POST /liveness',
      outcome,
      verdict: outcome === 'unanswered' ? null : 'failed',
      reasons: outcome === 'unanswered' ? ['no_face'] : ['wrong_direction'],
      keyId: 'API_KEY',
      milliseconds: 1234,
      models: ['blazeface@cdcdcdcd'],
      sampleId: null,
      sessionId: null,
    })),
  );
}

async function filledStores(): Promise<Stores> {
  const stores = await memoryStores();
  onTestFinished(() => stores.close());
  await stores.decisions.add(decisions());
  for (const [number, label] of [
    [1, 'live'],
    [2, 'spoof'],
    [3, 'spoof'],
  ] as const) {
    const raw = await pattern(number);
    const face = await sharp(raw).jpeg().toBuffer();
    const { id } = await stores.samples.add(sample(number, { label, raw, face }));
    const judged: Decision = { ...decisions()[0]!, contract: 'recognition', sampleId: id };
    await stores.decisions.add([judged]);
  }
  return stores;
}

interface Look {
  readonly language?: Language;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Errors in its console that the test provokes. */
  readonly expected?: readonly RegExp[];
}

/** Opens the console; whatever the page complains of fails the test when it ends. */
async function openConsole(
  browser: Browser,
  url: string,
  { language = 'en', expected, ...look }: Look = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: language, ...look });
  const page = await context.newPage();
  failOnErrors(page, expected);
  await page.goto(`${url}/console`);
  await page.locator('#key').waitFor();
  return page;
}

async function signIn(page: Page, key = 'secret'): Promise<void> {
  await page.locator('#key').fill(key);
  await page.keyboard.press('Enter');
}

async function openSection(page: Page, section: (typeof sections)[number]): Promise<void> {
  await page.locator(`nav a[href="#${section}"]`).click();
  await page.locator(`nav a[href="#${section}"][aria-current="page"]`).waitFor();
  const shown = {
    decisions: '.records tbody tr',
    rates: '.plot',
    samples: '.sample',
    server: '.tile',
    events: '.notice, .records',
  };
  await page.locator(shown[section]).first().waitFor();
}

async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 900 };

it.each([
  { language: 'en', colorScheme: 'light', viewport: desktop },
  { language: 'id', colorScheme: 'dark', viewport: desktop },
  { language: 'pt', colorScheme: 'light', viewport: phone },
  { language: 'uz', colorScheme: 'dark', viewport: phone },
] as const)('can be used by everybody, complains of nothing and fits: %j', async (look) => {
  const url = await listeningApp(
    { API_KEY: 'secret', CONSOLE_RELABEL: 'true' },
    { stores: await filledStores() },
  );
  const page = await openConsole(await startBrowser(), url, look);
  expect(await findings(page)).toEqual([]);
  await signIn(page);
  for (const section of sections) {
    await openSection(page, section);
    expect(await page.locator('h2').innerText()).toBe(text(section, look.language));
    expect(await page.title()).toContain(text(section, look.language));
    expect(await findings(page), section).toEqual([]);
    const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(tooWide, section).toBeLessThanOrEqual(0);
  }
});

it('asks for a key, says what is wrong with one, and keeps it out of the address', async () => {
  const url = await listeningApp({ API_KEY: 'secret' }, { stores: await filledStores() });
  const page = await openConsole(await startBrowser(), url, { expected: [consoleLines.refused] });
  await signIn(page, 'guess');
  await page.getByText(text('keyRefused')).waitFor();
  await signIn(page);
  await page.locator('.records').waitFor();
  expect(page.url()).not.toContain('secret');
  // The tab remembers it, and forgets it when it is told to.
  await page.reload();
  await page.locator('.records').waitFor();
  await page.getByRole('button', { name: text('signOut') }).click();
  await page.locator('#key').waitFor();
  await page.reload();
  await page.locator('#key').waitFor();
  expect(await page.evaluate('sessionStorage.getItem("bonafide.console.key")')).toBe(null);
});

it('narrows decisions, and says when none match', async () => {
  const url = await listeningApp({ API_KEY: 'secret' }, { stores: await filledStores() });
  const page = await openConsole(await startBrowser(), url);
  await signIn(page);
  const rows = page.locator('.records tbody tr');
  await rows.first().waitFor();
  expect(await rows.count()).toBe(21);
  await page.getByLabel(text('outcome')).selectOption('attack');
  await expect.poll(() => rows.count()).toBe(3);
  await page.getByLabel(text('contract')).selectOption('kyc');
  await page.getByText(text('decisionsNone')).waitFor();
});

it('shows pictures when it is asked to, and moves one to the other side, by the keyboard alone', async () => {
  const stores = await filledStores();
  const url = await listeningApp({ API_KEY: 'secret', CONSOLE_RELABEL: 'true' }, { stores });
  const page = await openConsole(await startBrowser(), url);
  await signIn(page);
  await openSection(page, 'samples');
  expect(await page.locator('.sample img').count()).toBe(0);
  expect((await stores.auditTrail.ofConsole({ limit: 9 })).items).toEqual([]);
  await page.getByLabel(text('showFaces')).focus();
  await page.keyboard.press('Space');
  await expect.poll(() => page.locator('.sample img').count()).toBe(3);
  expect((await stores.auditTrail.ofConsole({ limit: 9 })).items).toHaveLength(3);
  await page.locator('.sample').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog img').waitFor();
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: text('toSpoof') }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('#label-spoof').innerText()).toContain('3');
  expect(await page.locator('dialog[open]').count()).toBe(0);
  expect((await stores.samples.stats(0)).counts).toEqual({ live: 0, spoof: 3 });
});

it('says that the server is gone, and goes on when it is back', async () => {
  const url = await listeningApp({ API_KEY: 'secret' }, { stores: await filledStores() });
  const page = await openConsole(await startBrowser(), url, { expected: [consoleLines.requestFailed] });
  await signIn(page);
  await page.locator('.records').waitFor();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: text('refresh') }).click();
  await page.getByRole('alert').getByText(text('serverGone')).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: text('retry') }).click();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
});

it.each(languages)('speaks %s, as somebody chooses', async (language) => {
  const url = await listeningApp({ API_KEY: 'secret' }, { stores: await filledStores() });
  const page = await openConsole(await startBrowser(), url);
  await page.locator('header select').selectOption(language);
  await page.getByRole('button', { name: text('signIn', language) }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
});
