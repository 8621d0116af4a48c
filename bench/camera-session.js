import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { median, quantile } from './figures.js';
import { watchPage } from './watch-page.js';

/** Milliseconds that each step of a page may take before it is given up. */
const patience = { timeout: 60_000 };

/**
 * Starts Chromium (Debian's, or CHROMIUM_PATH) with a file for a camera, which every page may use.
 *
 * @param {string} cameraFile motion JPEG
 */
export function startChromium(cameraFile) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${cameraFile}`,
    ],
  });
}

/**
 * Holds one session with an empty cache: opens the page, starts as soon as there is a button, and sits still.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {object} session
 * @param {string} session.url
 * @param {object} session.context of Playwright: the window
 * @param {boolean} session.isUpright whether the camera is a phone's that is held upright
 * @param {number} session.seconds that are measured, from the first frame on
 * @param {(page: import('playwright-core').Page) => Promise<unknown>} session.prepare before anything is loaded
 * @param {{ mend: (page: import('playwright-core').Page) => Promise<unknown>, seconds: number }} [session.recovery]
 *   what makes the link better afterwards, and for how long that is watched
 */
export async function holdSession(browser, { url, context, isUpright, seconds, prepare, recovery }) {
  const profile = await browser.newContext({ locale: 'en-GB', ...context });
  try {
    const page = await profile.newPage();
    await page.addInitScript(watchPage, isUpright);
    await prepare(page);
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => globalThis.watched.usable, undefined, patience);
    await page.locator('bonafide-liveness button.main').click();
    await page.waitForFunction(() => globalThis.watched.sent > 0, undefined, patience);
    await pause(seconds * 1000);
    const measured = figuresOf(await page.evaluate(() => globalThis.watched), seconds);
    await recovery?.mend(page);
    await pause((recovery?.seconds ?? 0) * 1000);
    const { frames, trouble } = await page.evaluate(() => globalThis.watched);
    if (trouble) throw new Error(`A session ended before it was measured: ${trouble}`);
    return { ...measured, recovered: frames.at(-1) };
  } finally {
    await profile.close();
  }
}

/** Milliseconds, bytes, and what became of the frames; NaN or undefined where it did not come to that. */
function figuresOf(watched, seconds) {
  const { bytes, usable, click, camera, instruction, turn, frames, sent, mostUnanswered } = watched;
  const roundTrips = frames.map(({ roundTrip }) => roundTrip);
  return {
    bytes,
    usable,
    toCamera: camera - click,
    toInstruction: instruction - camera,
    fromClick: instruction - click,
    toTurn: turn - camera,
    rate: sent / seconds,
    roundTrip: median(roundTrips),
    late: quantile(roundTrips, 0.95),
    mostUnanswered,
    first: frames[0],
    last: frames.at(-1),
  };
}
