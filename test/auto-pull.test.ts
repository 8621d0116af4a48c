import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findModel, registry } from '../src/perception/models/registry.ts';
import { strongNets } from './support/engine.ts';
import { drip, serve, serveHalf, startMirror, unusedAddress } from './support/mirror.ts';
import { type Server, startServer } from './support/server.ts';

// What the start does about models that are missing, where it cannot have them; test/data/auto-pull.test.ts has
// what it does where it can.

const yunet = findModel('yunet');
const noise = randomBytes(yunet.bytes);
const strongFiles = registry.filter(({ pack }) => pack === 'strong').map(({ file }) => file);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-auto-pull-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modelsDir = () => join(folder, 'models');

/** Starts a server that pulls, unless it is told not to; it ends with the test. */
async function start(settings: Readonly<Record<string, string>>, args?: readonly string[]): Promise<Server> {
  const pulling = {
    MODELS_DIR: modelsDir(),
    MODELS_AUTO_PULL: 'true',
    ANTISPOOF_NETS: strongNets.join(),
    DISABLE_WARMUP: 'true',
  };
  const server = await startServer({ ...pulling, ...settings }, args);
  onTestFinished(async () => {
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
  });
  return server;
}

/** The warning about the pull. */
const warning = (server: Server) =>
  server.log().find(({ level, missing }) => level === 40 && Array.isArray(missing)) as
    | { readonly msg: string; readonly missing: readonly string[] }
    | undefined;

async function expectEmbeddedServes({ url, log }: Server): Promise<void> {
  const response = await fetch(`${url}/health`);
  const note = expect.stringMatching(/^The embedded pack serves: blazeface.*`bonafide models pull`/);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', pack: 'embedded', pack_note: note });
  expect(log()).toContainEqual(expect.objectContaining({ level: 30, pack: 'embedded', msg: note }));
  const found = existsSync(modelsDir()) ? readdirSync(modelsDir()) : [];
  expect(found.filter((name) => strongFiles.includes(name))).toEqual([]);
}

describe('the start, with a bad mirror,', () => {
  it.each<[string, RequestListener, RegExp, string[]]>([
    ['of another file', serve(noise), /its hash is wrong/, []],
    ['of half a file', serve(noise.subarray(0, 100_000)), /it ends after 100000 of 232589 bytes/, []],
    [
      'without the file',
      (_request, response) => response.writeHead(404).end(),
      /no such file .* \(404\)/,
      [],
    ],
    ['that drips', drip(noise), /it took longer than 0.5 s/, [`${yunet.file}.part`]],
  ])('%s says why, and serves the embedded pack', async (_what, answer, reason, left) => {
    const mirror = await startMirror(answer);
    const timeout = reason.source.includes('longer') ? '500' : '600000';
    const server = await start({ MODELS_MIRROR: mirror.url, MODELS_PULL_TIMEOUT_MS: timeout });
    await expectEmbeddedServes(server);
    expect(warning(server)?.msg).toMatch(reason);
    expect(warning(server)?.msg).toContain('`bonafide models pull` fetches the rest (--from DIR|URL');
    expect(warning(server)?.missing).toEqual(['yunet', 'minifasnet-v2', 'minifasnet-v1se']);
    // The others would fail as the first did.
    expect(mirror.requests.map(({ url }) => url)).toEqual([`/${yunet.file}`]);
    expect(readdirSync(modelsDir())).toEqual(left);
  });
});

describe('the start, without a network,', () => {
  it.each([
    ['where nothing listens', unusedAddress, /nothing listens there/],
    ['where a name cannot be found', () => 'http://models.invalid', /the host name (is unknown|could not)/],
  ])('%s serves the embedded pack', async (_what, address, reason) => {
    // A pull that waited for more than an answer would end this test by its time.
    const server = await start({ MODELS_MIRROR: await address(), MODELS_PULL_TIMEOUT_MS: '600000' });
    await expectEmbeddedServes(server);
    expect(warning(server)?.msg).toMatch(reason);
  });

  it('and without a folder to write to serves the embedded pack, and asks no mirror', async () => {
    writeFileSync(join(folder, 'file'), '');
    const mirror = await startMirror(serve(noise));
    const settings = { MODELS_DIR: join(folder, 'file', 'models'), MODELS_MIRROR: mirror.url };
    const server = await start(settings);
    await expectEmbeddedServes(server);
    expect(warning(server)?.msg).toMatch(/a file stands where a folder belongs/);
    expect(mirror.requests).toEqual([]);
  });
});

describe('the start fetches nothing', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['with --offline', {}, ['--offline']],
    ['with npm start --offline', { npm_config_offline: 'true' }, []],
  ])('%s', async (_what, settings, args) => {
    const mirror = await startMirror(serve(noise));
    const server = await start({ MODELS_MIRROR: mirror.url, ...settings }, args);
    await expectEmbeddedServes(server);
    expect(mirror.requests).toEqual([]);
    expect(warning(server)).toBeUndefined();
  });

  it('beside a damaged file, and says what to do', async () => {
    const mirror = await startMirror(serve(noise));
    mkdirSync(modelsDir());
    writeFileSync(join(modelsDir(), yunet.file), noise);
    await expect(start({ MODELS_MIRROR: mirror.url })).rejects.toThrow(
      /The model yunet at .* is not the file the registry names .* run `bonafide models pull yunet` again or delete/,
    );
    expect(mirror.requests).toEqual([]);
  });

  it('and does not start, where an argument is none it knows', async () => {
    await expect(start({}, ['--ofline'])).rejects.toThrow(/Unknown option '--ofline'/);
  });
});

it('a stop in the middle of the pull keeps what has arrived', async () => {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const mirror = await startMirror(serveHalf(noise, () => setTimeout(() => server.kill('SIGTERM'), 100)));
  const env = { PATH: process.env.PATH, MODELS_DIR: modelsDir(), MODELS_MIRROR: mirror.url, PORT: '0' };
  const server = spawn(process.execPath, [main], { env, cwd: folder, stdio: 'ignore' });
  expect(await once(server, 'exit')).toEqual([0, null]);
  expect(readdirSync(modelsDir())).toEqual([`${yunet.file}.part`]);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});
