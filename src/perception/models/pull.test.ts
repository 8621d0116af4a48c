import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serve, serveHalf, startMirror, unusedAddress } from '../../../test/support/mirror.ts';
import { type PullOptions, type PullProgress, pullModels } from './pull.ts';
import type { StrongModel } from './registry.ts';

const content = randomBytes(300_000);
const half = content.subarray(0, 150_000);
const sha256 = createHash('sha256').update(content).digest('hex');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-pull-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (url = 'http://127.0.0.1:1/unused'): StrongModel => ({
  name: 'sample',
  role: 'detector',
  pack: 'strong',
  file: 'sample.onnx',
  sha256,
  bytes: content.length,
  licence: 'MIT',
  notice: '',
  url,
  pulledByDefault: true,
});
const target = () => join(folder, 'sample.onnx');
const part = () => `${target()}.part`;
const pull = (options: Partial<PullOptions>) =>
  pullModels({ entries: [entry()], modelsDir: folder, ...options });

function expectInstalled(): void {
  expect(readFileSync(target()).equals(content)).toBe(true);
  expect(readdirSync(folder)).toEqual(['sample.onnx']);
}

describe('a pull', () => {
  it('fetches a model into a folder that does not exist yet, and reports its progress', async () => {
    const mirror = await startMirror(serve(content));
    const modelsDir = join(folder, 'new', 'models');
    const seen: PullProgress[] = [];
    await pull({ modelsDir, from: mirror.url, onProgress: (progress) => seen.push(progress) });
    expect(readFileSync(join(modelsDir, 'sample.onnx')).equals(content)).toBe(true);
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/sample.onnx']);
    expect(seen[0]?.state).toBe('transferring');
    expect(seen.at(-1)).toMatchObject({ state: 'done', received: content.length });
  });

  it("uses the model's own address without a mirror, and follows redirects", async () => {
    const mirror = await startMirror((request, response) => {
      if (request.url === '/raw/model') response.writeHead(302, { location: '/media/model' }).end();
      else serve(content)(request, response);
    });
    writeFileSync(part(), half);
    await pull({ entries: [entry(`${mirror.url}/raw/model`)] });
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/raw/model', '/media/model']);
    expect(mirror.requests[1]?.headers.range).toBe('bytes=150000-');
    expectInstalled();
  });

  it('leaves a good file alone', async () => {
    writeFileSync(target(), content);
    const before = statSync(target());
    const seen: PullProgress[] = [];
    await pull({ onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ state }) => state)).toEqual(['present']);
    expect(statSync(target())).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('replaces a corrupt file', async () => {
    const mirror = await startMirror(serve(content));
    writeFileSync(target(), half);
    await pull({ from: `${mirror.url}/` });
    expectInstalled();
  });

  it('copies from a folder, under the same check', async () => {
    const from = mkdtempSync(join(tmpdir(), 'bonafide-mirror-'));
    onTestFinished(() => rmSync(from, { recursive: true }));
    await expect(pull({ from })).rejects.toThrow(`there is no such file (${join(from, 'sample.onnx')})`);
    writeFileSync(join(from, 'sample.onnx'), half);
    await expect(pull({ from })).rejects.toThrow('it ends after 150000 of 300000 bytes');
    writeFileSync(join(from, 'sample.onnx'), content);
    await pull({ from });
    expectInstalled();
  });

  it('of two processes at once harms neither', async () => {
    const mirror = await startMirror(serve(content));
    writeFileSync(part(), half);
    await Promise.all([pull({ from: mirror.url }), pull({ from: mirror.url })]);
    expectInstalled();
  });
});

describe('an interrupted pull', () => {
  it('keeps its part when the connection is cut, and the next one resumes it', async () => {
    const cut = await startMirror(
      serveHalf(content, (response) => setTimeout(() => response.destroy(), 100)),
    );
    await expect(pull({ from: cut.url })).rejects.toThrow('the connection was cut; pull again to resume');
    expect(readdirSync(folder)).toEqual(['sample.onnx.part']);
    // What was still in the pipe when the connection broke may be lost.
    const kept = readFileSync(part());
    expect(kept.length).toBeGreaterThan(0);
    expect(content.subarray(0, kept.length).equals(kept)).toBe(true);

    const mirror = await startMirror(serve(content));
    await pull({ from: mirror.url });
    expect(mirror.requests.map(({ headers }) => headers.range)).toEqual([`bytes=${kept.length}-`]);
    expectInstalled();
  });

  it('gives up on a stalled transfer and keeps the part', async () => {
    const mirror = await startMirror(serveHalf(content, () => {}));
    await expect(pull({ from: mirror.url, stallTimeout: 200 })).rejects.toThrow('no bytes came for 0.2 s');
    expect(readFileSync(part()).equals(half)).toBe(true);
  });

  it('gives up on a server that accepts and never answers', async () => {
    const mirror = await startMirror(() => {});
    await expect(pull({ from: mirror.url, stallTimeout: 200 })).rejects.toThrow('no bytes came for 0.2 s');
  });

  it('is patient with a slow transfer that keeps moving', async () => {
    const mirror = await startMirror(async (_request, response) => {
      for (let start = 0; start < content.length; start += 50_000) {
        response.write(content.subarray(start, start + 50_000));
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      response.end();
    });
    await pull({ from: mirror.url, stallTimeout: 600 });
    expectInstalled();
  });

  it('ends at once with the reason of its signal, and keeps the part', async () => {
    const interruption = new AbortController();
    const mirror = await startMirror(
      serveHalf(content, () => setTimeout(() => interruption.abort(new Error('interrupted')), 100)),
    );
    await expect(pull({ from: mirror.url, signal: interruption.signal })).rejects.toThrow(/: interrupted\.$/);
    expect(readFileSync(part()).equals(half)).toBe(true);
  });

  it.each([
    ['ignores ranges', 200],
    ['answers every range with 416', 416],
    ['sends another range than asked for', 206],
  ])('starts afresh with a mirror that %s', async (_what, status) => {
    const mirror = await startMirror((request, response) => {
      if (!request.headers.range || status === 200) response.end(content);
      else response.writeHead(status, { 'content-range': 'bytes 7-8/300000' }).end('xx');
    });
    writeFileSync(part(), half);
    await pull({ from: mirror.url });
    expectInstalled();
  });

  it('starts afresh when the part turns out to belong to another file', async () => {
    const mirror = await startMirror(serve(content));
    writeFileSync(part(), randomBytes(1000));
    await pull({ from: mirror.url });
    expect(mirror.requests.map(({ headers }) => headers.range)).toEqual(['bytes=1000-', undefined]);
    expectInstalled();
  });
});

describe('the part of a killed pull', () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const leave = (path: string, when: Date) => {
    writeFileSync(path, half);
    utimesSync(path, when, when);
  };
  const orphan = () => `${target()}.${randomUUID()}.part`;

  it('is removed when it is older than an hour, and nothing else is', async () => {
    const mirror = await startMirror(serve(content));
    const [dead, alive] = [orphan(), orphan()];
    const others = ['other.onnx.part', `other.onnx.${randomUUID()}.part`, 'sample.onnx.backup.part'];
    leave(dead, hoursAgo(2));
    leave(alive, hoursAgo(0.5));
    for (const other of others) leave(join(folder, other), hoursAgo(2));
    await pull({ from: mirror.url });
    expect(readdirSync(folder).sort()).toEqual(['sample.onnx', basename(alive), ...others].sort());
  });

  it('is not mistaken for an old part that another pull has just claimed', async () => {
    const waiting: ServerResponse[] = [];
    const mirror = await startMirror((request, response) => {
      if (request.headers.range) waiting.push(response);
      else serve(content)(request, response);
    });
    leave(part(), hoursAgo(2));
    const first = pull({ from: mirror.url });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await pull({ from: mirror.url });
    const range = `bytes ${half.length}-${content.length - 1}/${content.length}`;
    waiting[0]?.writeHead(206, { 'content-range': range }).end(content.subarray(half.length));
    await first;
    expectInstalled();
  });
});

describe('a pull refuses', () => {
  it('a file with a wrong hash, and says which hash it expected and got', async () => {
    const other = randomBytes(content.length);
    const mirror = await startMirror(serve(other));
    const got = createHash('sha256').update(other).digest('hex');
    await expect(pull({ from: mirror.url })).rejects.toThrow(
      `The model sample could not be pulled from ${mirror.url}/sample.onnx: ` +
        `its hash is wrong (expected SHA-256 ${sha256}, got ${got}).`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a file that is too short', async () => {
    const mirror = await startMirror(serve(Buffer.from('<html>Please log in</html>')));
    await expect(pull({ from: mirror.url })).rejects.toThrow('it ends after 26 of 300000 bytes');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a file that never ends, without reading on', async () => {
    let sent = 0;
    const mirror = await startMirror((_request, response) => {
      const pump = () => {
        while (response.writable && response.write(content)) sent += content.length;
        response.once('drain', pump);
      };
      pump();
    });
    await expect(pull({ from: mirror.url })).rejects.toThrow('it is longer than the 300000 bytes');
    expect(sent).toBeLessThan(50_000_000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [404, 'there is no such file on the server (404)'],
    [500, 'the server answered 500'],
  ])('an answer of %d, and keeps an earlier part', async (status, reason) => {
    const mirror = await startMirror((_request, response) => response.writeHead(status).end('no'));
    writeFileSync(part(), half);
    await expect(pull({ from: mirror.url })).rejects.toThrow(reason);
    expect(readdirSync(folder)).toEqual(['sample.onnx.part']);
  });

  it('to wait where nothing listens', async () => {
    const from = await unusedAddress();
    await expect(pull({ from })).rejects.toThrow('nothing listens there');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a models folder that is a file', async () => {
    const modelsDir = join(folder, 'file');
    writeFileSync(modelsDir, '');
    await expect(pull({ modelsDir })).rejects.toThrow(
      `a file stands where the folder belongs (${modelsDir})`,
    );
  });
});
