import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  drip,
  type Mirror,
  serve,
  serveHalf,
  startMirror,
  unusedAddress,
} from '../../../test/support/mirror.ts';
import type { StrongModel } from './registry.ts';
import { type PullMissingOptions, pullMissing, strongModelsFor } from './strong-pack.ts';

describe('the models that are pulled', () => {
  const usual = {
    modelPath: '',
    antiSpoofNets: ['minifasnet-v2', 'minifasnet-v1se'],
    embedder: 'dlib-resnet',
  } as const;
  const names = (options: Partial<Parameters<typeof strongModelsFor>[0]>) =>
    strongModelsFor({ ...usual, ...options }).map(({ name }) => name);

  it('are the detector and the anti-spoof nets of the settings, and no other', () => {
    expect(names({})).toEqual(['yunet', 'minifasnet-v2', 'minifasnet-v1se']);
    expect(names({ antiSpoofNets: ['minifasnet-v2'] })).toEqual(['yunet', 'minifasnet-v2']);
    expect(names({ antiSpoofNets: [] })).toEqual(['yunet']);
  });

  it('are no nets where MODEL_PATH names a file in their place', () => {
    expect(names({ modelPath: 'net.onnx' })).toEqual(['yunet']);
  });

  it('are those that need a word, too, where a setting says it', () => {
    expect(names({ embedder: 'mobilefacenet' })).toContain('mobilefacenet');
    expect(names({ antiSpoofNets: ['minifasnet-v2', 'minifasnet-v2se'] })).toContain('minifasnet-v2se');
  });
});

const files = new Map(['first', 'second', 'third'].map((name) => [name, randomBytes(100_000)]));
const entries = [...files].map(
  ([name, content]): StrongModel => ({
    name,
    role: 'detector',
    pack: 'strong',
    file: `${name}.onnx`,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    licence: 'MIT',
    notice: '',
    url: 'http://127.0.0.1:1/unused',
    pulledByDefault: true,
  }),
);

let modelsDir = '';
beforeEach(() => {
  modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-pack-'));
});
afterEach(() => rmSync(modelsDir, { recursive: true, force: true }));

const pull = (options: Partial<PullMissingOptions>) =>
  pullMissing({ entries, modelsDir, timeout: 60_000, ...options });
const install = (name: string, content = files.get(name)!) =>
  writeFileSync(join(modelsDir, `${name}.onnx`), content);
const namesOf = (models: readonly StrongModel[]) => models.map(({ name }) => name);
const asked = ({ requests }: Mirror) => requests.map(({ url }) => url);

/** Serves each file by its name, but for those that are answered otherwise. */
function mirrorOf(others: Readonly<Record<string, RequestListener>> = {}): Promise<Mirror> {
  return startMirror((request, response) => {
    const name = /^\/(\w+)\.onnx$/.exec(request.url ?? '')?.[1] ?? '';
    (others[name] ?? serve(files.get(name)!))(request, response);
  });
}

const notFound: RequestListener = (_request, response) => response.writeHead(404).end('no');

describe('a pull of what is missing', () => {
  it('fetches all of it, in order, and says beforehand what it will fetch', async () => {
    const mirror = await mirrorOf();
    const announced: string[][] = [];
    const outcome = await pull({
      from: mirror.url,
      onMissing: (missing) => announced.push(namesOf(missing)),
    });
    expect(announced).toEqual([['first', 'second', 'third']]);
    expect(namesOf(outcome.arrived)).toEqual(['first', 'second', 'third']);
    expect([outcome.missing, outcome.reason]).toEqual([[], undefined]);
    for (const [name, content] of files)
      expect(readFileSync(join(modelsDir, `${name}.onnx`)).equals(content)).toBe(true);
  });

  it('asks nobody where nothing is missing', async () => {
    for (const name of files.keys()) install(name);
    const onMissing = vi.fn();
    // Nothing listens at the address of the models: a request would be told as a reason.
    expect(await pull({ onMissing })).toEqual({ arrived: [], missing: [], reason: undefined });
    expect(onMissing).not.toHaveBeenCalled();
  });

  it('fetches only what is missing', async () => {
    install('second');
    const mirror = await mirrorOf();
    await pull({ from: mirror.url });
    expect(asked(mirror)).toEqual(['/first.onnx', '/third.onnx']);
  });

  it('leaves a damaged file alone, and fetches nothing beside it: the engine will say what to do', async () => {
    install('second', randomBytes(100_000));
    const mirror = await mirrorOf();
    expect(await pull({ from: mirror.url })).toEqual({ arrived: [], missing: [], reason: undefined });
    expect(mirror.requests).toEqual([]);
  });

  it('of two servers that share a folder brings both to their end', async () => {
    const mirror = await mirrorOf();
    const outcomes = await Promise.all([pull({ from: mirror.url }), pull({ from: mirror.url })]);
    for (const { missing, reason } of outcomes) expect([missing, reason]).toEqual([[], undefined]);
    expect(readdirSync(modelsDir).sort()).toEqual(['first.onnx', 'second.onnx', 'third.onnx']);
  });

  it('that fails is forgiven where another server has fetched it meanwhile', async () => {
    const waiting: ServerResponse[] = [];
    const mirror = await mirrorOf({ first: (_request, response) => waiting.push(response) });
    const slow = pull({ from: mirror.url });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await pull({ from: (await mirrorOf()).url });
    waiting[0]!.writeHead(503).end();
    const { arrived, reason } = await slow;
    expect([namesOf(arrived), reason]).toEqual([['first', 'second', 'third'], undefined]);
  });
});

describe('a pull that fails', () => {
  const whole = files.get('first')!;

  it.each<[string, RequestListener, RegExp, string[]]>([
    ['a wrong hash', serve(randomBytes(whole.length)), /its hash is wrong \(expected SHA-256 /, []],
    ['half a file', serve(whole.subarray(0, 50_000)), /it ends after 50000 of 100000 bytes/, []],
    [
      'a connection that is cut',
      serveHalf(whole, (response) => setTimeout(() => response.destroy(), 100)),
      /the connection was cut/,
      ['first.onnx.part'],
    ],
    ['404', notFound, /there is no such file on the server \(404\)/, []],
  ])('by %s does not ask for the other models', async (_what, answer, reason, left) => {
    const mirror = await mirrorOf({ first: answer });
    const outcome = await pull({ from: mirror.url });
    expect(outcome.reason).toMatch(/^The model first could not be pulled from http.*\.$/);
    expect(outcome.reason).toMatch(reason);
    expect([outcome.arrived, namesOf(outcome.missing)]).toEqual([[], ['first', 'second', 'third']]);
    expect(asked(mirror)).toEqual(['/first.onnx']);
    expect(readdirSync(modelsDir)).toEqual(left);
  });

  it('later on keeps what has arrived', async () => {
    const mirror = await mirrorOf({ second: notFound });
    const { arrived, missing, reason } = await pull({ from: mirror.url });
    expect([namesOf(arrived), namesOf(missing)]).toEqual([['first'], ['second', 'third']]);
    expect(reason).toMatch(/^The model second could not be pulled/);
    expect(readdirSync(modelsDir)).toEqual(['first.onnx']);
  });

  // Without the deadline these would go on for more than an hour, and for ever.
  it('by a drip ends at the deadline, and the next one resumes it', async () => {
    const slow = await mirrorOf({ first: drip(whole) });
    const outcome = await pull({ from: slow.url, timeout: 400 });
    expect(outcome.reason).toMatch(/it took longer than 0.4 s; what has arrived is kept/);
    const kept = readFileSync(join(modelsDir, 'first.onnx.part'));
    expect(whole.subarray(0, kept.length).equals(kept)).toBe(true);
    const mirror = await mirrorOf();
    expect((await pull({ from: mirror.url })).missing).toEqual([]);
    expect(mirror.requests[0]?.headers.range).toBe(`bytes=${kept.length}-`);
  });

  it('by a server that accepts and is silent ends long before the deadline', async () => {
    const mirror = await startMirror(() => {});
    const { reason } = await pull({ from: mirror.url, stallTimeout: 200 });
    expect(reason).toMatch(/no bytes came for 0.2 s/);
  });

  it.each([
    ['nothing listens', unusedAddress, /nothing listens there/],
    // RFC 6761: no such name ever exists. Without a name server it cannot be looked up.
    [
      'the name is unknown',
      () => 'http://models.invalid',
      /the host name (is unknown|could not be looked up)/,
    ],
  ])('where %s says so', async (_what, address, expected) => {
    const { missing, reason } = await pull({ from: await address() });
    expect(missing).toHaveLength(3);
    expect(reason).toMatch(expected);
  });

  it('ends by its signal, and keeps the part', async () => {
    const stopped = new AbortController();
    const mirror = await mirrorOf({
      first: serveHalf(whole, () => setTimeout(() => stopped.abort(new Error('stopped')), 100)),
    });
    const { reason } = await pull({ from: mirror.url, signal: stopped.signal });
    expect(reason).toMatch(/: stopped\.$/);
    expect(readdirSync(modelsDir)).toEqual(['first.onnx.part']);
  });

  it('for want of a folder asks no server', async () => {
    const mirror = await mirrorOf();
    writeFileSync(join(modelsDir, 'file'), '');
    const { reason } = await pull({ from: mirror.url, modelsDir: join(modelsDir, 'file', 'models') });
    expect(reason).toMatch(/a file stands where a folder belongs/);
    expect(mirror.requests).toEqual([]);
  });

  // Whoever is root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('for want of the right to write asks no server', async () => {
    const mirror = await mirrorOf();
    const sealed = join(modelsDir, 'sealed');
    mkdirSync(sealed);
    chmodSync(sealed, 0o500);
    const { reason } = await pull({ from: mirror.url, modelsDir: sealed });
    expect(reason).toMatch(/permission denied \(.*sealed\)/);
    expect(mirror.requests).toEqual([]);
  });
});
