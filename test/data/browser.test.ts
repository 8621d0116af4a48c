import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { engineOptions, readConfig } from '../../src/config.ts';
import { say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { openPage, sitDown, startBrowser } from '../support/browser.ts';
import { cutClip } from '../support/clip-bank.ts';
import { startPool } from '../support/pool.ts';
import type { Direction, PoseBank } from '../support/pose-bank.ts';

// Real people before a real browser and the strong pack: on our page, and with the client that seed 001 prints.

const shared = join(import.meta.dirname, '../../../shared');
const engine = engineOptions(readConfig({ MODELS_DIR: join(shared, 'models') }));
const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];

let pool: Perception;
beforeAll(async () => {
  pool = await startPool(engine);
});
afterAll(() => pool?.close());

/** What a camera sees of the person of a clip: ten pictures a second, as the painted camera shows them. */
async function loadBank(clip: string): Promise<PoseBank> {
  const { centre, turns } = await cutClip(pool, readFileSync(join(shared, 'data/B', clip)));
  type Frames = typeof centre;
  const thin = (frames: Frames) =>
    frames.filter(
      ({ at }, index) => index === 0 || Math.floor(at / 100) > Math.floor(frames[index - 1]!.at / 100),
    );
  const pictures = (frames: Frames) => thin(frames).map(({ picture }) => picture);
  const turn = (direction: Direction) => pictures([...turns[direction].out, ...turns[direction].held]);
  return {
    centre: pictures(centre),
    turns: { LEFT: turn('LEFT'), RIGHT: turn('RIGHT'), UP: turn('UP'), DOWN: turn('DOWN') },
  };
}

const wordsFor = (say: (direction: Direction) => string) =>
  Object.fromEntries(directions.map((direction) => [direction, say(direction)])) as Record<Direction, string>;

/** What the page says in the end, and what it shows of the server's answers. */
async function tryPage(clip: string): Promise<string> {
  const page = await openPage(await startBrowser(), 'about:blank');
  const bank = await loadBank(clip);
  await sitDown(
    page,
    bank,
    '.exchanges pre',
    wordsFor((direction) => `"instruction": "${direction}"`),
  );
  await page.goto(`${await listeningApp({}, { perception: pool })}/test`);
  await page.locator('bonafide-liveness button.main').click();
  await page.locator('.verdict').waitFor({ timeout: 60_000 });
  return `${await page.locator('.verdict').innerText()} ${await page.locator('.exchanges').textContent()}`;
}

describe('the test page', () => {
  it.each(['tranvanluyt/real.mp4', 'td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV'])(
    'verifies the person of %s',
    async (clip) => {
      expect(await tryPage(clip)).toContain(say('demo.session.passed', 'en'));
    },
  );

  it('does not verify a monitor that shows a person who does as told', async () => {
    const words = await tryPage('tranvanluyt/fake.mp4');
    expect(words).not.toContain(say('demo.session.passed', 'en'));
    // On a busy machine few frames come, and the monitor's picture may be too poor to know the face in.
    expect(words).toMatch(/"reason": "(spoof_detected|inconclusive|challenge_timeout|face_changed)"/);
  });
});

describe("seed 001's JavaScript client, unchanged but for the host", () => {
  const seed = readFileSync(join(shared, 'seeds/001_850f2e0f71c442ed.txt'), 'utf8');
  const client = /### JavaScript \(Web\)\s+```javascript\n([\s\S]*?)```/.exec(seed)![1]!;

  /** A site of its own, as a customer's is. */
  async function serveSite(): Promise<{ origin: string; show: (html: string) => void }> {
    let page = '';
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const show = (html: string) => {
      page = html;
    };
    return { origin: `http://127.0.0.1:${port}`, show };
  }

  /**
   * What the client says to its user in the end. The two functions and the elements that it leaves to its
   * page are ours.
   */
  async function tryClient(bank: PoseBank): Promise<string> {
    const site = await serveSite();
    const url = await listeningApp({ ALLOWED_ORIGINS: site.origin }, { perception: pool });
    const show = "(words) => { document.querySelector('#words').textContent = words; }";
    site.show(`<!doctype html><video id="video" autoplay muted></video><p id="words"></p>
      <script>const showDirection = ${show}, showMessage = ${show};</script>
      <script>${client.replace('your-server:8001', new URL(url).host)}</script>`);
    // It goes on sending when the server has closed.
    const page = await openPage(await startBrowser(), 'about:blank', [/^WebSocket is already in CLOSING/]);
    await sitDown(
      page,
      bank,
      '#words',
      wordsFor((direction) => direction),
    );
    const said = page.waitForEvent('dialog', { timeout: 60_000 });
    await page.goto(site.origin);
    const dialog = await said;
    await dialog.dismiss();
    return dialog.message();
  }

  it('says that a person who does as told is verified', async () => {
    const bank = await loadBank('td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV');
    expect(await tryClient(bank)).toBe('Tasdiqlandi!');
  });

  it('says why it failed', async () => {
    const { centre } = await loadBank('td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV');
    const turns = { LEFT: centre, RIGHT: centre, UP: centre, DOWN: centre };
    expect(await tryClient({ centre, turns })).toBe(say('failure.challenge_timeout', 'en'));
  });
});
