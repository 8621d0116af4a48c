/**
 * Measures the pages with a camera from a cold start on a slow link: a page with `<bonafide-liveness>`, and the demo.
 * `npm run bench:slow-link` takes about nine minutes; `-- --quick` four. Real Chromium, with an empty cache and a picture
 * in its camera's place, and a real server with the embedded nets. The link is Chromium's emulation of one; with
 * `-- --proxy` it is a proxy that holds back TCP itself. Nothing is asserted.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdSession, startChromium } from './camera-session.js';
import { startElementPage } from './element-page.js';
import { createNetwork, probe, unlimited } from './network.js';
import { makeCameraFile } from './selfie.js';
import { startServer } from './server.js';
import { printFrames, printRatios, printStart } from './slow-link-report.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    proxy: { type: 'boolean', default: false },
    /** kbit/s each way. */
    rate: { type: 'string', default: '400' },
    /** Milliseconds there and back. */
    'round-trip': { type: 'string', default: '100' },
  },
});
const slow = { kilobits: Number(options.rate), roundTrip: Number(options['round-trip']) };
const runs = options.quick ? 1 : 3;
const seconds = 15;
const recoverySeconds = 10;

const windows = [
  {
    name: 'phone',
    camera: { width: 480, height: 640 },
    context: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true },
  },
  {
    name: 'desktop',
    camera: { width: 640, height: 480 },
    context: { viewport: { width: 1280, height: 800 } },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'bonafide-bench-camera-'));
// Nobody obeys: the session would be over before it is measured.
const server = await startServer({
  MODELS_DIR: process.env.MODELS_DIR ?? 'none',
  CHALLENGE_TIMEOUT: '60',
  SESSION_TIMEOUT: '600',
});
const network = createNetwork(options.proxy);
const serverUrl = await network.leadTo(server.url);
const elementPage = await startElementPage(server.url, serverUrl);
const pages = [
  { name: 'element', url: await network.leadTo(elementPage.url) },
  { name: 'demo', url: `${serverUrl}/test` },
];
try {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}, load ${loads()}`);
  const rows = [];
  for (const window of windows) rows.push(...(await measureWindow(window, rows.length === 0)));
  console.log(`${runs} sessions each, of ${seconds} s: median / worst\n`);
  printStart(rows);
  printFrames(rows, recoverySeconds);
  printRatios(rows);
  console.log(`\nload at the end ${loads()}; what runs beside makes all of it slower`);
} finally {
  await server.stop();
  elementPage.stop();
  network.close();
  rmSync(folder, { recursive: true });
}

/** The pages in one window, on both links. */
async function measureWindow({ name, camera, context }, isFirst) {
  const file = join(folder, `${name}.mjpeg`);
  writeFileSync(file, await makeCameraFile(camera));
  const browser = await startChromium(file);
  try {
    if (isFirst) await introduceLink(browser);
    const rows = [];
    for (const page of pages)
      for (const isSlow of [true, false]) {
        const isUpright = camera.height > camera.width;
        const sessions = await measurePage(browser, { url: page.url, context, isUpright, isSlow });
        rows.push({ page: `${page.name}, ${name}`, isSlow, sessions });
      }
    return rows;
  } finally {
    await browser.close();
  }
}

async function introduceLink(browser) {
  const { kilobits, roundTrip } = slow;
  const { opening, empty, up, down } = await probe(browser, network, slow);
  const by = options.proxy ? 'a proxy' : `Chromium ${browser.version()}`;
  console.log(`slow link: ${kilobits} kbit/s each way, ${roundTrip} ms there and back, by ${by}`);
  console.log(
    `a WebSocket on it: ${up.toFixed(0)} kbit/s up, ${down.toFixed(0)} down; opens in ${opening.toFixed(0)} ms, an empty message there and back takes ${empty.toFixed(0)} ms`,
  );
}

async function measurePage(browser, { isSlow, ...session }) {
  const sessions = [];
  for (let run = 0; run < runs; run++)
    sessions.push(
      await holdSession(browser, {
        ...session,
        seconds,
        prepare: (page) => network.setSpeed(page, isSlow ? slow : unlimited),
        ...(isSlow && {
          // The server is as far away as before.
          recovery: {
            seconds: recoverySeconds,
            mend: (page) => network.setSpeed(page, { ...slow, kilobits: unlimited.kilobits }),
          },
        }),
      }),
    );
  return sessions;
}

function loads() {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(' ');
}
