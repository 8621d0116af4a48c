import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serve, startMirror } from '../test/support/mirror.ts';
import { readConfig } from './config.ts';
import { findModel } from './perception/models/registry.ts';
import { pullOnStart } from './pull-on-start.ts';

const noise = randomBytes(findModel('yunet').bytes);

let modelsDir = '';
beforeEach(() => {
  modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-start-'));
});
afterEach(() => rmSync(modelsDir, { recursive: true, force: true }));

/** Pulls from a mirror whose files are all wrong, and returns the log, and what was drawn where a person watches. */
async function pullNoise({ settings = {}, offline = false, watched = false, level = 'info' }) {
  const mirror = await startMirror(serve(noise));
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let drawn = '';
  const stream = new PassThrough();
  stream.on('data', (chunk) => {
    drawn += chunk;
  });
  const terminal = Object.assign(stream, { isTTY: true, columns: 120 }) as unknown as NodeJS.WriteStream;
  const config = readConfig({ MODELS_DIR: modelsDir, MODELS_MIRROR: mirror.url, ...settings });
  const { signal } = new AbortController();
  await pullOnStart(config, { logger, offline, terminal: watched ? terminal : undefined, signal });
  return { lines, requests: mirror.requests.length, drawn };
}

it('says what it fetches and from where, and why it has it not', async () => {
  const { lines, requests, drawn } = await pullNoise({});
  expect(lines).toEqual([
    expect.objectContaining({
      level: 30,
      models: ['yunet', 'minifasnet-v2', 'minifasnet-v1se'],
      from: expect.stringMatching(/^http:/),
    }),
    expect.objectContaining({
      level: 40,
      msg: expect.stringMatching(/^The model yunet could not be pulled from http.*its hash is wrong/),
    }),
  ]);
  expect([requests, drawn]).toEqual([1, '']);
  expect(readdirSync(modelsDir)).toEqual([]);
});

it.each([
  ['MODELS_AUTO_PULL=false', { settings: { MODELS_AUTO_PULL: 'false' } }],
  ['--offline', { offline: true }],
])('asks nobody with %s, and says so', async (why, options) => {
  const { lines, requests } = await pullNoise(options);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([[30, `${why}: no models are fetched`]]);
  expect(requests).toBe(0);
});

it('draws a bar where a person watches, and leaves nothing of it', async () => {
  const { drawn } = await pullNoise({ watched: true });
  expect(drawn).toMatch(/the strong pack \[.*\] +\d+% of 3\.7 MB {2}yunet/);
  expect((await pullNoise({ watched: true, level: 'warn' })).drawn).toBe('');
});
