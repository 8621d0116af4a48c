import type { Page, WebSocketRoute } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { type MessageKey, say } from '../../src/messages.ts';
import { startBrowser, writeCameraFile } from '../support/browser.ts';
import { buildSdk, type ElementPage, openElement, openElementFront } from '../support/sdk.ts';

// The web component before something that is no server of ours: it says so, lets go of the camera, and never asks for ever.

let file: string;
beforeAll(async () => {
  buildSdk();
  const grey = { width: 640, height: 480, channels: 3, background: '#808080' } as const;
  file = writeCameraFile([await sharp({ create: grey }).jpeg().toBuffer()]);
});

const text = (key: string) => say(key as MessageKey, 'en');
const token = `${'a'.repeat(32)}.${'b'.repeat(43)}`;
const greeting = JSON.stringify({
  type: 'start',
  state: 'WAITING_CENTER',
  instruction: 'CENTER',
  success: 0,
  total: 3,
  turn_remaining_ms: null,
  session_remaining_ms: 30_000,
});

/** A page whose sessions are held by `answer`. */
async function open(answer: (socket: WebSocketRoute) => void, page: ElementPage = {}): Promise<Page> {
  const { url } = await openElementFront('http://127.0.0.1:9');
  return openElement(await startBrowser({ file }), url, {
    attributes: { token },
    prepare: (opened) => opened.routeWebSocket(/\/stream$/, answer),
    ...page,
  });
}

async function expectTrouble(page: Page, code: string): Promise<void> {
  await page.locator('button.main').click();
  await page.locator('.card.failed').waitFor({ timeout: 40_000 });
  expect(await page.locator('.instruction').innerText()).toBe(text(`sdk.trouble.${code}`));
  const events = await page.evaluate('globalThis.events');
  expect((events as unknown[]).at(-1)).toMatchObject({ type: 'liveness-error', detail: { code } });
  const isFilmed =
    "!!document.querySelector('bonafide-liveness').shadowRoot.querySelector('video')?.srcObject?.active";
  expect(await page.evaluate(isFilmed)).toBe(false);
}

it.each([
  ['a page', '<html>502</html>'],
  ['null', 'null'],
  ['an instruction of somebody else', greeting.replace('"CENTER"', '"DANCE"')],
  ['turns without end', greeting.replace('"total":3', '"total":1000000000')],
])('that says %s', async (_what, said) => {
  await expectTrouble(await open((socket) => socket.send(said)), 'server_failed');
});

it('that says nonsense in the midst of a session', async () => {
  const page = await open((socket) => {
    socket.send(greeting);
    socket.onMessage(() => socket.send('{"type":"bogus"}'));
  });
  await expectTrouble(page, 'server_failed');
});

it('that says nothing', async () => {
  let sockets = 0;
  await expectTrouble(await open(() => void sockets++), 'answer_timeout');
  expect(sockets).toBe(1);
});

it('that greets, and hangs up each time', async () => {
  let sockets = 0;
  const page = await open((socket) => {
    sockets++;
    socket.send(greeting);
    setTimeout(() => socket.close({ code: 1012 }), 50);
  });
  await expectTrouble(page, 'connection_lost');
  expect(sockets).toBeLessThan(20);
});

it('at an address that is none: nobody is filmed for that', async () => {
  const page = await open(() => {}, { attributes: { token, server: 'http://[' } });
  await page.evaluate('navigator.mediaDevices.getUserMedia = () => { throw new Error("filmed"); }');
  await expectTrouble(page, 'server_unreachable');
});

it.each(['bad token', '', 42, undefined])(
  'whose page gives %j for a token, and a good one the next time',
  async (bad) => {
    const script = `const given = [${JSON.stringify(bad)}, '${token}'];
    document.querySelector('bonafide-liveness').getToken = async () => given.shift();`;
    const page = await open((socket) => socket.send(greeting), { attributes: {}, script });
    await expectTrouble(page, typeof bad === 'string' ? 'token_refused' : 'token_missing');
    await page.locator('button.main').click();
    await page.locator('.card.running').waitFor();
  },
);
