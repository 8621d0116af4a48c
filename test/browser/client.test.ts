import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { consoleLines, startBrowser, writeCameraFile } from '../support/browser.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { atRest, createPuppetUser } from '../support/puppet-user.ts';
import { buildSdk, listeningWithElement, openElement } from '../support/sdk.ts';

// LivenessClient alone: what it does while something is pending, and in browsers that lack something.

let someone: PoseBank;
let camera: { readonly file: string };
beforeAll(async () => {
  buildSdk();
  const user = await createPuppetUser();
  someone = user.someone;
  await user.pool.close();
  camera = { file: writeCameraFile(atRest(someone)) };
});

/** A page whose script has a `client` of the challenge contract, and `sockets`: how many were opened, and are open. */
async function clientPage(options = '{}', before = ''): Promise<Page> {
  const prepare = (page: Page) =>
    page.addInitScript(`${before};
    globalThis.opened = [];
    const Native = WebSocket;
    globalThis.underway = 0;
    globalThis.mostUnderway = 0;
    globalThis.WebSocket = class extends Native {
      constructor(...parts) {
        super(...parts);
        opened.push(this);
        this.addEventListener('message', ({ data }) => { if (!data.includes('"start"')) underway -= 1; });
      }
      send(frame) {
        underway += 1;
        mostUnderway = Math.max(mostUnderway, underway);
        super.send(frame);
      }
    };
    globalThis.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };`);
  const script = `globalThis.client = new (await import('./index.js')).LivenessClient({ contract: 'challenge', ...${options} });`;
  const page = await openElement(await startBrowser(camera), await listeningWithElement(), {
    prepare,
    script,
    // What is stopped while it is being opened.
    expected: [consoleLines.socketFailed],
  });
  await until(page, 'globalThis.client');
  return page;
}

/** Waits for an expression of the page to be true. (What Playwright has for it evaluates strings, which the policy forbids.) */
const until = (page: Page, expression: string) =>
  expect
    .poll(() => page.evaluate(`Boolean(${expression})`), { timeout: 30_000, message: expression })
    .toBe(true);
const phase = (page: Page, wanted: string) => until(page, `client.state.phase === '${wanted}'`);
const open = (page: Page) =>
  page.evaluate(
    '[tracks.filter((track) => track.readyState === "live").length, opened.filter((socket) => socket.readyState < 2).length]',
  );

it('starts once, however often it is asked, and starts again after it was stopped', async () => {
  const page = await clientPage();
  expect(await page.evaluate('client.start() === client.start()')).toBe(true);
  await phase(page, 'running');
  expect(await open(page)).toEqual([1, 1]);
  await page.evaluate('client.stop()');
  await expect.poll(() => open(page)).toEqual([0, 0]);
  await page.evaluate('void client.start()');
  await phase(page, 'running');
  expect(await page.evaluate('[tracks.length, opened.length]')).toEqual([2, 2]);
});

describe('is stopped, and lets go of camera and connection,', () => {
  const never = 'new Promise(() => {})';

  it('while the browser asks for the camera, also of one that comes later', async () => {
    const late = `const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        await new Promise((resolve) => { globalThis.allow = resolve; });
        return real(wanted);
      }`;
    const page = await clientPage('{}', late);
    const outcome = page.evaluate('client.start()');
    await phase(page, 'permission');
    await page.evaluate('client.stop()');
    expect(await outcome).toEqual({ status: 'stopped' });
    await page.evaluate('allow()');
    await until(page, 'tracks.length === 1 && tracks[0].readyState === "ended"');
    expect(await page.evaluate('opened.length')).toBe(0);
  });

  it('while the connection is being opened', async () => {
    const slow = `const Real = WebSocket;
      globalThis.WebSocket = class extends Real { set onopen(_) {} set onmessage(_) {} };`;
    const page = await clientPage('{}', slow);
    const outcome = page.evaluate('client.start()');
    await phase(page, 'connecting');
    await page.evaluate('client.stop()');
    expect(await outcome).toEqual({ status: 'stopped' });
    await expect.poll(() => open(page)).toEqual([0, 0]);
  });

  it.each([
    ['permission', `navigator.mediaDevices.getUserMedia = () => ${never}`, 'permission_timeout'],
    [
      'picture',
      "Object.defineProperty(HTMLVideoElement.prototype, 'videoWidth', { value: 0 })",
      'no_picture',
    ],
    [
      'connect',
      `const Real = WebSocket;
       globalThis.WebSocket = class extends Real { set onopen(_) {} get onopen() { return null; } }`,
      'connect_timeout',
    ],
    [
      'answer',
      `const Real = WebSocket;
       globalThis.WebSocket = class extends Real { set onmessage(_) {} get onmessage() { return null; } }`,
      'answer_timeout',
    ],
  ])('when it has waited too long: %s', async (deadline, before, code) => {
    const page = await clientPage(`{ deadlines: { ${deadline}: 1_500 } }`, before);
    expect(await page.evaluate('client.start()')).toMatchObject({ status: 'error', trouble: { code } });
    await expect.poll(() => open(page)).toEqual([0, 0]);
  });
});

describe('sends frames, one at a time, with growing capture times,', () => {
  const frames = async (page: Page) => {
    await page.evaluate(`globalThis.reports = []; globalThis.most = 0;
      client.addEventListener('frame', ({ detail }) => reports.push(detail));
      void client.start();`);
    await until(page, 'reports.length >= 5');
    return (await page.evaluate('reports')) as { capturedAt: number; width: number; height: number }[];
  };

  it.each([
    ['by requestVideoFrameCallback', ''],
    ['where that never calls back', 'HTMLVideoElement.prototype.requestVideoFrameCallback = () => 0'],
    ['where there is none', 'delete HTMLVideoElement.prototype.requestVideoFrameCallback'],
  ])('%s', async (_how, before) => {
    const sent = await frames(await clientPage('{}', before));
    const times = sent.map(({ capturedAt }) => capturedAt);
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
    for (const { width, height } of sent) expect(width / height).toBeCloseTo(4 / 3, 1);
  });
});

it('sends smaller frames over a slow link, and never a second one before the first has its answer', async () => {
  const page = await clientPage();
  const devtools = await page.context().newCDPSession(page);
  const throughput = 150_000 / 8;
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 100,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await page.evaluate(`globalThis.reports = [];
    client.addEventListener('frame', ({ detail }) => reports.push(detail));
    void client.start();`);
  await until(page, 'reports.length >= 6');
  const sent = (await page.evaluate('reports')) as { bytes: number; width: number }[];
  expect(sent.at(-1)!.width).toBeLessThan(sent[0]!.width);
  expect(sent.at(-1)!.bytes).toBeLessThan(sent[0]!.bytes);
  expect(await page.evaluate('mostUnderway')).toBe(1);
});

it('notices a camera that falls silent', async () => {
  const still = `navigator.mediaDevices.getUserMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    canvas.getContext('2d').fillRect(0, 0, 640, 480);
    const painting = setInterval(() => canvas.getContext('2d').fillRect(0, 0, 640, 480), 50);
    setTimeout(() => clearInterval(painting), 2_000);
    return canvas.captureStream(15);
  }`;
  const page = await clientPage('{ deadlines: { cameraSilence: 2_000 } }', still);
  expect(await page.evaluate('client.start()')).toMatchObject({ trouble: { code: 'camera_lost' } });
});
