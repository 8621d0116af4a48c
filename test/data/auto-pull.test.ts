import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Health } from '../../src/contracts/system/schemas.ts';
import { locateModel } from '../../src/perception/models/files.ts';
import { findModel } from '../../src/perception/models/registry.ts';
import { strongNets } from '../support/engine.ts';
import { serve, startMirror } from '../support/mirror.ts';
import { type Server, startServer } from '../support/server.ts';

// What the start does about models that are missing, where it can have them.

const shared = fileURLToPath(new URL('../../../shared/models', import.meta.url));
const names = ['yunet', 'minifasnet-v2', 'minifasnet-v1se'];
const models = names.map(findModel);

let modelsDir = '';
beforeEach(() => {
  modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-auto-pull-'));
});
afterEach(() => rmSync(modelsDir, { recursive: true, force: true }));

const mirrorOfShared: RequestListener = (request, response) =>
  serve(readFileSync(join(shared, request.url!)))(request, response);

async function start(mirror: string, settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const pulling = { MODELS_DIR: modelsDir, MODELS_AUTO_PULL: 'true', MODELS_MIRROR: mirror };
  const nets = { ANTISPOOF_NETS: strongNets.join() };
  const server = await startServer({ ...pulling, ...nets, MODELS_PULL_TIMEOUT_MS: '60000', ...settings });
  onTestFinished(async () => {
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
  });
  return server;
}

async function healthOf(url: string): Promise<Health> {
  return (await (await fetch(`${url}/health`)).json()) as Health;
}

async function expectStrongServes({ url, log }: Server): Promise<void> {
  const health = await healthOf(url);
  const note = expect.stringMatching(
    /^The strong pack serves: yunet, minifasnet-v2, minifasnet-v1se\. The embedded/,
  );
  expect(health).toMatchObject({ status: 'ok', model_loaded: true, detector: 'yunet', pack: 'strong' });
  expect(health.pack_note).toEqual(note);
  for (const { role, name, sha256 } of models) expect(health.models).toContainEqual({ role, name, sha256 });
  expect(log()).toContainEqual(expect.objectContaining({ pack: 'strong', msg: note }));
  for (const entry of models) expect((await locateModel(entry, modelsDir)).status).toBe('present');
}

const messages = (server: Server) => server.log().map(({ msg }) => msg);

it('pulls the strong pack from a mirror and serves it, and the next start asks for nothing', async () => {
  const mirror = await startMirror(mirrorOfShared);
  const server = await start(mirror.url);
  await expectStrongServes(server);
  expect(mirror.requests.map(({ url }) => url)).toEqual(models.map(({ file }) => `/${file}`));
  expect(readdirSync(modelsDir).sort()).toEqual(models.map(({ file }) => file).sort());
  const pulled = server.log().filter(({ msg }) => msg === 'model pulled');
  expect(pulled.map(({ model }) => model)).toEqual(names);
  expect(messages(server)).toContain('the strong pack is complete');

  const again = await start(mirror.url);
  await expectStrongServes(again);
  expect(mirror.requests).toHaveLength(names.length);
  expect(messages(again)).not.toContain('the strong pack is complete');
});

it('of two servers at once, with one folder, brings both up with the strong pack', async () => {
  const mirror = await startMirror(mirrorOfShared);
  const servers = await Promise.all([start(mirror.url), start(mirror.url)]);
  for (const server of servers) await expectStrongServes(server);
  expect(readdirSync(modelsDir).sort()).toEqual(models.map(({ file }) => file).sort());
});

it('serves what has arrived where the rest does not come', async () => {
  const mirror = await startMirror((request, response) => {
    if (request.url === `/${models[0]!.file}`) mirrorOfShared(request, response);
    else response.writeHead(404).end();
  });
  const server = await start(mirror.url);
  const health = await healthOf(server.url);
  expect(health).toMatchObject({ status: 'ok', detector: 'yunet', pack: 'mixed' });
  expect(health.pack_note).toMatch(/^A part of the strong pack serves, yunet, .*`bonafide models pull`/);
  expect(server.log()).toContainEqual(
    expect.objectContaining({ level: 40, missing: ['minifasnet-v2', 'minifasnet-v1se'] }),
  );
});

it('copies what EMBEDDER names from a folder, and does not start without it', async () => {
  const other = mkdtempSync(join(tmpdir(), 'bonafide-mirror-'));
  onTestFinished(() => rmSync(other, { recursive: true }));
  for (const { file } of models) symlinkSync(join(shared, file), join(other, file));
  await expect(start(other, { EMBEDDER: 'mobilefacenet' })).rejects.toThrow(
    /The model mobilefacenet could not be pulled from .*EMBEDDER=mobilefacenet: .* run `bonafide models pull mobilefacenet`/s,
  );
  const server = await start(shared, { EMBEDDER: 'mobilefacenet' });
  await expectStrongServes(server);
  const { models: loaded } = await healthOf(server.url);
  expect(loaded).toContainEqual(expect.objectContaining({ role: 'embedding', name: 'mobilefacenet' }));
});
