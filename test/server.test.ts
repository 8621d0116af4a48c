import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Server {
  readonly process: ChildProcess;
  readonly url: string;
  /** Milliseconds from the start of the process until it listened. */
  readonly readyAfter: number;
  /** The log so far, parsed. */
  readonly log: () => readonly Record<string, unknown>[];
}

/** Starts the built server on a free port, and kills it when the test ends. */
async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const startedAt = performance.now();
  const env = { PATH: process.env.PATH, PORT: '0', MODELS_DIR: 'none', PERCEPTION_PROCESSES: '1' };
  const child = spawn(process.execPath, [main], { env: { ...env, ENABLE_TRACING: 'false', ...settings } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += `${JSON.stringify({ msg: String(chunk) })}\n`;
  });
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const address = /Server listening at (http:[^"]+)/.exec(output)?.[1];
    if (!address) continue;
    child.stdout.on('data', (more) => {
      output += more;
    });
    const lines = () => output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    const log = () => lines().map((line) => JSON.parse(line));
    return { process: child, url: address, readyAfter: performance.now() - startedAt, log };
  }
  throw new Error(`The server did not start: ${output}`);
}

/** Where one of the three faces of sample1.jpg stands alone, in pixels. */
const oneFace = { left: 300, top: 180, width: 420, height: 540 };

/** A group photograph of the installed face-api package. */
function photograph(name: string): Buffer {
  const entry = createRequire(import.meta.url).resolve('@vladmandic/face-api');
  return readFileSync(join(dirname(entry), '..', 'demo', name));
}

async function check(url: string, image: Buffer) {
  const response = await fetch(`${url}/liveness`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image: image.toString('base64') }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

it('is ready within five seconds, open on loopback only, and loud about it', async () => {
  const server = await startServer();
  expect(server.readyAfter).toBeLessThan(5_000);
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
  await expect
    .poll(() => server.log().map(({ msg }) => msg))
    .toContainEqual(expect.stringMatching(/IS OPEN/));
  const models = server.log().filter(({ msg }) => msg === 'model');
  expect(models.map(({ role }) => role)).toEqual(expect.arrayContaining(['detector', 'mesh']));
  expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({
    status: 'ok',
    model_loaded: false,
    pack: 'embedded',
    detector: 'blazeface',
  });
});

it('measures a real face, and does not guess without an anti-spoof model', async () => {
  const { url } = await startServer();
  const { status, body } = await check(
    url,
    await sharp(photograph('sample1.jpg')).extract(oneFace).toBuffer(),
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
  expect(await check(url, grey)).toMatchObject({ status: 422, body: { code: 'no_face' } });
  const group = photograph('sample1.jpg');
  expect(await check(url, group)).toMatchObject({ status: 422, body: { code: 'several_faces' } });
  const half = group.subarray(0, group.length / 2);
  expect(await check(url, half)).toMatchObject({ status: 400, body: { code: 'invalid_image' } });
  const prose = Buffer.from('I am a picture, honestly.');
  expect(await check(url, prose)).toMatchObject({ status: 400, body: { code: 'invalid_image' } });
});

describe('stopping', () => {
  it('finishes the request under way, then exits with 0', async () => {
    const server = await startServer();
    const answer = check(server.url, photograph('sample1.jpg'));
    await expect
      .poll(async () => (await fetch(`${server.url}/health`)).json(), { interval: 5 })
      .toMatchObject({ queue: { running: 1 } });
    const exit = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect((await answer).status).toBe(422);
    expect(await exit).toEqual([0, null]);
  });

  it('exits at once at the second signal', async () => {
    const server = await startServer();
    const upload = connect(Number(new URL(server.url).port), '127.0.0.1');
    upload.on('error', () => {});
    upload.write(
      'POST /liveness HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await expect.poll(async () => (await fetch(`${server.url}/health`)).status).toBe(200);
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
