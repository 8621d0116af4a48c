import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../../src/messages.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { consoleLines, openPage, sitDown, startBrowser, writeCameraFile } from '../support/browser.ts';
import { type Front, openFront } from '../support/front.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser } from '../support/puppet-user.ts';

// docs/clients/javascript.js in the page that javascript.md shows, but for the address of the server.

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../docs/clients', name), 'utf8');
const page = /```html\n([\s\S]*?)```/.exec(read('javascript.md'))![1]!;
const address = 'wss://liveness.example.com/ws';

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  ({ pool, someone } = await createPuppetUser());
});
afterAll(() => pool?.close());

/** A site of its own before a server with these settings: `/client/` is the page, `/client/empty` has the client alone. */
async function openSite(settings: Readonly<Record<string, string>> = {}) {
  const server = await listeningApp(settings, { perception: pool });
  const site: Front = await openFront(server, ({ url = '', headers }, response) => {
    if (url === '/client/cut') {
      site.cut();
      response.end();
      return true;
    }
    const html = page.replace(address, `ws://${headers.host}/ws`);
    const empty = '<video id="video" autoplay muted></video>';
    const body = { '/client/': html, '/client/empty': empty, '/client/javascript.js': read('javascript.js') }[
      url
    ];
    if (body === undefined) return false;
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` });
    response.end(url.endsWith('.js') ? body : `<!doctype html><link rel="icon" href="data:,">${body}`);
    return true;
  });
  return site;
}

it('lets somebody pass who does what it says', async () => {
  const site = await openSite({ CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120' });
  const opened = await openPage(await startBrowser(), 'about:blank');
  await sitDown(opened, someone, '#words', { LEFT: 'LEFT', RIGHT: 'RIGHT', UP: 'UP', DOWN: 'DOWN' });
  await opened.goto(`${site.url}/client/`);
  await opened.getByText('Verified', { exact: true }).waitFor({ timeout: 60_000 });
});

it('says why somebody did not', async () => {
  const site = await openSite();
  const opened = await openPage(
    await startBrowser({ file: writeCameraFile(atRest(someone)) }),
    `${site.url}/client/`,
  );
  await opened.getByText(say('failure.challenge_timeout', 'en')).waitFor({ timeout: 60_000 });
});

describe('tells apart', () => {
  /** What `runChallenge` rejects with, before a camera that shows somebody at rest. */
  async function failure(site: Front, key: string, onMessage = '() => {}') {
    const browser = await startBrowser({ file: writeCameraFile(atRest(someone)) });
    const opened = await openPage(browser, `${site.url}/client/empty`, [consoleLines.socketFailed]);
    return opened.evaluate(`(async () => {
      const { runChallenge } = await import('./javascript.js');
      const video = document.querySelector('video');
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
      const options = { video, url: 'ws://' + location.host + '/ws', key: ${JSON.stringify(key)}, onMessage: ${onMessage} };
      return runChallenge(options).then(() => 'ended', ({ kind }) => kind);
    })()`);
  }

  it('a connection that is refused, for its key for instance, and one that is lost', async () => {
    const site = await openSite({ API_KEY: 'geheim/ключ+' });
    expect(await failure(site, 'wrong')).toBe('refused');
    expect(await failure(site, 'geheim/ключ+', "() => fetch('cut')")).toBe('lost');
  });
});
