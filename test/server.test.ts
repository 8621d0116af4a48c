import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeClip } from './support/encode-clip.ts';
import { photographPath } from './support/faces.ts';
import { postPicture, type Server, startServer as start } from './support/server.ts';

/** Starts the built server and kills it when the test ends. */
async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = await start(settings);
  onTestFinished(() => void server.process.kill('SIGKILL'));
  return server;
}

/** A connection that sends the first byte of a body and no more. */
async function stalledUpload(server: Server): Promise<Socket> {
  const upload = connect(Number(new URL(server.url).port), '127.0.0.1');
  upload.on('error', () => {});
  upload.write(
    'POST /liveness HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await expect.poll(async () => (await fetch(`${server.url}/health`)).status).toBe(200);
  return upload;
}

/** Where one of the three faces of sample1.jpg stands alone, in pixels. */
const oneFace = { left: 300, top: 180, width: 420, height: 540 };

it('is open on loopback only without a key, and loud about it', async () => {
  const server = await startServer();
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
  await expect
    .poll(() => server.log().map(({ msg }) => msg))
    .toContainEqual(expect.stringMatching(/IS OPEN/));
  expect(server.log().map(({ msg }) => msg)).toContainEqual(
    expect.stringMatching(/No anti-spoof net is in use: .* a replay of somebody who does as told passes/),
  );
  const models = server.log().filter(({ msg }) => msg === 'model');
  expect(models.map(({ role }) => role)).toEqual(expect.arrayContaining(['detector', 'mesh']));
  expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({
    status: 'ok',
    model_loaded: false,
    pack: 'embedded',
    calibration: { name: 'uncalibrated', source: 'none', experimental: false },
    detector: 'blazeface',
  });
  expect(server.log().filter(({ msg }) => msg === 'calibration')).toMatchObject([
    { calibration: { name: 'uncalibrated', source: 'none', limits: { live: 0.9, attack: 0.3 } } },
  ]);
});

it('measures a real face, and does not guess without an anti-spoof model', async () => {
  const { url } = await startServer();
  const { status, body } = await postPicture(
    url,
    await sharp(readFileSync(photographPath('sample1.jpg')))
      .extract(oneFace)
      .toBuffer(),
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({
    liveness_label: 'inconclusive',
    confidence_score: 0,
    requires_active_check: true,
    fallback: {
      challenge_type: 'blink',
      upload_url: expect.stringMatching(/^\/active\/blink\?check=[\w-]{22}$/),
    },
    details: {
      live_probability: null,
      reasons: [{ code: 'no_anti_spoof_model' }],
      image: { format: 'jpeg' },
    },
  });
  const [face] = body.details.faces;
  expect(face.presence).toBeGreaterThan(0.5);
  expect(Math.abs(face.pose.yaw)).toBeLessThan(40);
});

it('refuses what has no subject', async () => {
  const { url } = await startServer();
  const grey = await sharp({ create: { width: 200, height: 200, channels: 3, background: 'grey' } })
    .png()
    .toBuffer();
  expect(await postPicture(url, grey)).toMatchObject({ status: 422, body: { code: 'no_face' } });
  const group = readFileSync(photographPath('sample1.jpg'));
  expect(await postPicture(url, group)).toMatchObject({ status: 422, body: { code: 'several_faces' } });
  const half = group.subarray(0, group.length / 2);
  expect(await postPicture(url, half)).toMatchObject({ status: 400, body: { code: 'invalid_image' } });
  const prose = Buffer.from('I am a picture, honestly.');
  expect(await postPicture(url, prose)).toMatchObject({ status: 400, body: { code: 'invalid_image' } });
});

describe('stopping', () => {
  it('finishes the request under way, then exits with 0', async () => {
    const server = await startServer();
    const answer = postPicture(server.url, readFileSync(photographPath('sample1.jpg')));
    await expect
      .poll(async () => (await fetch(`${server.url}/health`)).json(), { interval: 5 })
      .toMatchObject({ queue: { running: 1 } });
    const exit = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect((await answer).status).toBe(422);
    expect(await exit).toEqual([0, null]);
  });

  it('does not wait for an upload that stalls longer than any request may take', async () => {
    const server = await startServer({ REQUEST_TIMEOUT_MS: '500' });
    const upload = await stalledUpload(server);
    const exit = once(server.process, 'exit');
    const cut = once(upload, 'close');
    server.process.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await cut;
  });

  it('finishes a clip, which may take longer than any picture', async () => {
    const server = await startServer({ REQUEST_TIMEOUT_MS: '100' });
    const face = await sharp(readFileSync(photographPath('sample1.jpg')))
      .extract(oneFace)
      .raw()
      .toBuffer();
    const frames = Array.from({ length: 90 }, (_, at) => ({
      milliseconds: at * 33,
      image: { width: oneFace.width, height: oneFace.height, data: face },
    }));
    const form = new FormData();
    form.set('video', new Blob([await encodeClip({ format: 'mp4', codec: 'h264', frames })]), 'a.mp4');
    const answer = fetch(`${server.url}/active/blink`, { method: 'POST', body: form });
    await expect
      .poll(async () => (await fetch(`${server.url}/health`)).json(), { interval: 5 })
      .toMatchObject({ queue: { running: 1 } });
    const exit = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ active_passed: false });
    expect(await exit).toEqual([0, null]);
  });

  it('exits at once at the second signal', async () => {
    const server = await startServer();
    await stalledUpload(server);
    server.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.process.exitCode).toBeNull();
    const exit = once(server.process, 'exit');
    server.process.kill('SIGINT');
    expect(await exit).toEqual([1, null]);
  });
});

it('says what is wrong with its configuration, and does not start', async () => {
  await expect(startServer({ PORT: 'eighty' })).rejects.toThrow(/PORT=eighty: must be a whole number/);
});
