import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { engineOptions, readConfig } from '../src/config.ts';
import type { FrameFacts } from '../src/decisions/facts.ts';
import type { Perception } from '../src/perception/engine.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { createPool, type PoolEvent, type PoolOptions } from '../src/perception/pool.ts';
import { photographPath } from './support/faces.ts';

// The pool with the real models in its processes; its mechanics are tested in pool.test.ts.

const engine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));
const request = { measuredFaces: 1 };

let group: Buffer;
let portrait: Buffer;
beforeAll(async () => {
  group = readFileSync(photographPath('sample1.jpg'));
  portrait = await sharp(group).extract({ left: 300, top: 180, width: 420, height: 540 }).toBuffer();
});

const open: Perception[] = [];
afterEach(async () => {
  for (const perception of open.splice(0)) await perception.close();
});

async function startPool(options: Partial<PoolOptions> = {}) {
  const events: PoolEvent[] = [];
  const pool = await createPool({
    engine,
    processes: 2,
    queueLimit: 64,
    deadlineMs: 30_000,
    clipDeadlineMs: 60_000,
    entry: new URL('../dist/perception/process.js', import.meta.url),
    onEvent: (event) => events.push(event),
    ...options,
  });
  open.push(pool);
  return { pool, events };
}

const count = (events: readonly PoolEvent[], type: PoolEvent['type']) =>
  events.filter((event) => event.type === type).length;

/** What is measured, without how long it took. */
const measurements = ({ timings: _, ...facts }: FrameFacts) => facts;

test('fifty jobs at once get the facts that the inline twin states', async () => {
  const inline = await createInlinePerception(engine);
  open.push(inline);
  const expected = measurements(await inline.analyseImage(portrait, request));
  expect(expected.faces[0]?.mesh).toMatchObject({ status: 'measured', value: expect.any(Float32Array) });
  const { pool, events } = await startPool();
  expect(pool.describe()).toEqual(inline.describe());
  const all = await Promise.all(Array.from({ length: 50 }, () => pool.analyseImage(portrait, request)));
  for (const facts of all) expect(measurements(facts)).toEqual(expected);
  expect(count(events, 'exited')).toBe(0);
});

test('kill -9 of one process mid-job costs one job', async () => {
  const { pool, events } = await startPool();
  const jobs = Array.from({ length: 20 }, () => pool.analyseImage(portrait, request));
  const [victim] = events.flatMap((event) => (event.type === 'ready' ? event.pid : []));
  setTimeout(() => process.kill(victim!, 'SIGKILL'), 30);
  const lost = (await Promise.allSettled(jobs)).filter((result) => result.status === 'rejected');
  expect(lost).toEqual([expect.objectContaining({ reason: expect.objectContaining({ status: 503 }) })]);
  await vi.waitFor(() => expect(pool.load().processes).toBe(2), 10_000);
});

test('clients that leave and deadlines that pass cost no process', async () => {
  const { pool, events } = await startPool({ deadlineMs: 2_000, queueLimit: 200 });
  const everyFace = { measuredFaces: 10 };
  const clients = Array.from({ length: 10 }, () => new AbortController());
  const jobs = clients.map((client) => pool.analyseImage(group, everyFace, client.signal));
  setTimeout(() => clients.map((client) => client.abort()), 20);
  for (const result of await Promise.allSettled(jobs)) {
    expect(result).toMatchObject({ reason: { code: 'cancelled' } });
  }
  const flood = Array.from({ length: 100 }, () => pool.analyseImage(group, everyFace));
  const refused = (await Promise.allSettled(flood)).flatMap((result) =>
    result.status === 'rejected' ? result.reason.code : [],
  );
  expect(new Set(refused)).toEqual(new Set(['deadline_exceeded']));
  await vi.waitFor(() => expect(pool.load().running).toBe(0), 5_000);
  expect((await pool.analyseImage(portrait, request)).faces).toHaveLength(1);
  expect(count(events, 'exited')).toBe(0);
});

test('garbage costs no process', async () => {
  const { pool, events } = await startPool({ processes: 1 });
  const garbage = [
    Buffer.alloc(0),
    Buffer.alloc(100_000, 0xff),
    Buffer.from('GIF89a'),
    group.subarray(0, 20_000),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ];
  for (const bytes of garbage) {
    const error = await pool.analyseImage(bytes, request).catch((caught) => caught);
    expect(error.code).toMatch(/^(invalid_image|unsupported_format)$/);
  }
  expect(count(events, 'exited')).toBe(0);
});

test('a model that cannot be used fails the start with a sentence that says so', async () => {
  const modelPath = new URL('../package.json', import.meta.url).pathname;
  await expect(startPool({ engine: { ...engine, modelPath } })).rejects.toThrow(
    /MODEL_PATH=.*is not a model/,
  );
});
