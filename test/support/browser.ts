import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import type { PoseBank } from './pose-bank.ts';

/** What a test's browser has for a camera. */
export interface Camera {
  /** A file that Chromium plays in place of a camera, again and again; without one there is no camera. */
  readonly file?: string;
  /** Whether the user lets pages use it. Default: yes. */
  readonly allowed?: boolean;
}

/** Where Debian installs Chromium; CHROMIUM_PATH names another place. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium with a profile of its own; it ends with the test. A host `camera.test` leads to 127.0.0.1. */
export async function startBrowser({ file, allowed = true }: Camera = {}): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...quiet,
      '--host-resolver-rules=MAP camera.test 127.0.0.1',
      ...(file ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`] : []),
      ...(allowed ? ['--use-fake-ui-for-media-stream'] : []),
    ],
  });
  onTestFinished(() => browser.close());
  return browser;
}

/** What Chromium itself writes to a page's console when requests fail that a test has fail. */
export const consoleLines = {
  socketFailed: /^WebSocket connection to '\S+' failed/,
  requestFailed: /^Failed to load resource: net::ERR_/,
  refused: /^Failed to load resource: the server responded with a status of (401|426|503)/,
} as const satisfies Record<string, RegExp>;

/**
 * Fails the test when a script of the page does, or anything is written to its console as an error or a warning:
 * violations of its policy, requests that fail.
 *
 * @param expected what the test provokes
 */
export function failOnErrors(page: Page, expected: readonly RegExp[] = []): void {
  const mistakes: string[] = [];
  page.on('pageerror', (error) => mistakes.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    const isComplaint = ['error', 'warning'].includes(message.type());
    if (isComplaint && !expected.some((line) => line.test(text))) mistakes.push(text);
  });
  onTestFinished(() => {
    if (mistakes.length > 0) throw new Error(`The page failed:\n${mistakes.join('\n')}`);
  });
}

/** A page in English that fails the test as {@link failOnErrors} says. */
export async function openPage(
  browser: Browser,
  url: string,
  expected: readonly RegExp[] = [],
): Promise<Page> {
  const page = await browser.newPage({ locale: 'en-GB' });
  failOnErrors(page, expected);
  await page.goto(url);
  return page;
}

/** What {@link writeCameraFile} has made for the test file that imports this: hooks and tests both call it. */
const cameraFolders: string[] = [];
afterAll(() => {
  for (const folder of cameraFolders) rmSync(folder, { recursive: true, force: true });
});

/** Writes what a camera sees, 30 JPEGs of one size a second, to a file that Chromium plays; it goes after the tests. */
export function writeCameraFile(pictures: readonly Buffer[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-camera-'));
  cameraFolders.push(folder);
  const file = join(folder, 'camera.mjpeg');
  writeFileSync(file, Buffer.concat(pictures));
  return file;
}

/**
 * Somebody sits before the page's camera, reads its instructions and does what they say.
 *
 * @param bank what the camera sees of them
 * @param instruction CSS selector of the element they read
 * @param words what it says for each direction; at anything else they look straight ahead
 */
export async function sitDown(
  page: Page,
  bank: PoseBank,
  instruction: string,
  words: Readonly<Record<keyof PoseBank['turns'], string>>,
): Promise<void> {
  const encode = (pictures: readonly Buffer[]) => pictures.map((picture) => picture.toString('base64'));
  const turns = Object.entries(words).map(([direction, text]) => ({
    text,
    pictures: encode(bank.turns[direction as keyof PoseBank['turns']]),
  }));
  const person = JSON.stringify({ centre: encode(bank.centre), turns, instruction });
  await page.addInitScript({ content: `${paintedCamera.replace('export ', '')}\nbeACamera(${person});` });
}

const paintedCamera = readFileSync(new URL('painted-camera.js', import.meta.url), 'utf8');
