import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { FrameFacts } from '../src/decisions/facts.ts';
import type { ImageRequest, Perception } from '../src/perception/engine.ts';
import { createPool, type PoolEvent, type PoolOptions } from '../src/perception/pool.ts';
import { engineOptions } from './support/engine.ts';

const ENTRY = new URL('pool/engine.js', import.meta.url);
const REQUEST: ImageRequest = { measuredFaces: 1 };

const pools: Perception[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

interface TestPool extends Perception {
  readonly events: PoolEvent[];
  /** Gives the test engine an order; see `pool/engine.js`. */
  order(order: Order, signal?: AbortSignal): Promise<FrameFacts>;
}

interface Order {
  readonly do: 'sleep' | 'spin' | 'abort' | 'segfault' | 'exit' | 'grow' | 'refuse' | 'fail';
  readonly ms?: number;
  readonly bytes?: number;
}

async function startPool(options: Partial<PoolOptions> = {}, start: object = {}): Promise<TestPool> {
  const events: PoolEvent[] = [];
  const pool = await createPool({
    engine: engineOptions({ modelsDir: JSON.stringify(start) }),
    processes: 1,
    queueLimit: 100,
    deadlineMs: 20_000,
    clipDeadlineMs: 20_000,
    entry: ENTRY,
    onEvent: (event) => events.push(event),
    ...options,
  });
  pools.push(pool);
  return {
    ...pool,
    events,
    order: (order, signal) => pool.analyseImage(Buffer.from(JSON.stringify(order)), REQUEST, signal),
  };
}

const pidOf = (facts: FrameFacts) => facts.height;
const types = (pool: TestPool) => pool.events.map((event) => event.type);
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('carries ten megabytes and floats through unharmed', async () => {
  const pool = await startPool();
  const bytes = Uint8Array.from({ length: 10_000_001 }, (_, i) => (i * 31) % 251);
  const facts = await pool.analyseImage(bytes.subarray(1), { measuredFaces: 7 });
  expect(facts.width).toBe(10_000_000);
  expect(facts.timings[0]?.stage).toBe('measured 7');
  expect(facts.faces[0]?.mesh).toEqual({
    status: 'measured',
    value: Float32Array.from(bytes.subarray(-1404)),
  });
});

test('runs as many jobs at once as it has processes, first come, first served', async () => {
  const pool = await startPool({ processes: 2 });
  const done: number[] = [];
  const jobs = Array.from({ length: 50 }, async (_, i) => {
    const facts = await pool.order({ do: 'sleep', ms: 10 });
    done.push(i);
    return pidOf(facts);
  });
  expect(pool.load()).toEqual({ queued: 48, running: 2, processes: 2, full: false });
  expect(new Set(await Promise.all(jobs)).size).toBe(2);
  // Two processes may finish neighbours in either order, never more.
  done.forEach((job, place) => void expect(Math.abs(job - place)).toBeLessThanOrEqual(2));
  expect(pool.load()).toEqual({ queued: 0, running: 0, processes: 2, full: false });
});

test('refuses what does not fit into the queue', async () => {
  const pool = await startPool({ queueLimit: 1 });
  const running = pool.order({ do: 'sleep', ms: 50 });
  expect(pool.load().full).toBe(false);
  const waiting = pool.order({ do: 'sleep', ms: 1 });
  expect(pool.load().full).toBe(true);
  await expect(pool.order({ do: 'sleep', ms: 1 })).rejects.toMatchObject({ code: 'busy' });
  await Promise.all([running, waiting]);
  expect(pool.load().full).toBe(false);
});

test('a clip leaves one process to the pictures, and waits its turn within the queue', async () => {
  const pool = await startPool({ processes: 2, queueLimit: 1 });
  const order = (ms: number) => Buffer.from(JSON.stringify({ do: 'sleep', ms }));
  const clip = (ms: number) => pool.analyseClip(order(ms), { fullLookEvery: 400 });
  const first = clip(400);
  const second = clip(1);
  expect(pool.load()).toMatchObject({ queued: 1, running: 1 });
  await expect(clip(1)).rejects.toMatchObject({ code: 'busy' });
  await pool.order({ do: 'sleep', ms: 1 });
  expect(pool.load()).toMatchObject({ queued: 1, running: 1 });
  expect(await Promise.all([first, second])).toMatchObject([
    { decodedFrames: 400, codec: 'h264' },
    { decodedFrames: 400, codec: 'h264' },
  ]);
});

test('no more clips wait than can be served before their deadline', async () => {
  const pool = await startPool({ processes: 2 });
  const clip = () =>
    pool.analyseClip(Buffer.from(JSON.stringify({ do: 'sleep', ms: 50 })), { fullLookEvery: 400 });
  const clips = Array.from({ length: 5 }, clip);
  await expect(clip()).rejects.toMatchObject({ code: 'busy' });
  await pool.order({ do: 'sleep', ms: 1 });
  await Promise.all(clips);
  await clip();
});

test('a lone process takes clips too, each within the deadline of a clip', async () => {
  const pool = await startPool({ deadlineMs: 100, clipDeadlineMs: 1_000 });
  const order = (ms: number) => Buffer.from(JSON.stringify({ do: 'sleep', ms }));
  await pool.analyseClip(order(300), { fullLookEvery: 400 });
  await expect(pool.analyseClip(order(3_000), { fullLookEvery: 400 })).rejects.toMatchObject({
    code: 'deadline_exceeded',
  });
});

test('hands catalogue errors on, and keeps the words of others for the log', async () => {
  const pool = await startPool();
  await expect(pool.order({ do: 'refuse' })).rejects.toMatchObject({
    code: 'unsupported_format',
    detail: 'Send a JPEG.',
  });
  const error: unknown = await pool.order({ do: 'fail' }).catch((caught) => caught);
  expect(error).toMatchObject({ code: 'internal', detail: undefined });
  expect(String(error)).not.toContain('secret');
  expect(pool.events).toContainEqual(
    expect.objectContaining({ type: 'job_failed', message: 'a secret of the library' }),
  );
});

test.each(['abort', 'segfault', 'exit'] as const)('%s of one process costs its own job only', async (way) => {
  const pool = await startPool({ processes: 2 });
  const dying = pool.order({ do: way });
  const others = Array.from({ length: 10 }, () => pool.order({ do: 'sleep', ms: 20 }));
  await expect(dying).rejects.toMatchObject({ code: 'perception_lost', status: 503 });
  await Promise.all(others);
  await vi.waitFor(() => expect(pool.load().processes).toBe(2), 5_000);
  expect(types(pool)).toContain('exited');
});

test('kill -9 of a process at work costs its job only, and it is replaced at once', async () => {
  const pool = await startPool({ processes: 2 });
  const pids = await Promise.all([1, 2].map(() => pool.order({ do: 'sleep', ms: 20 }))).then((all) =>
    all.map(pidOf),
  );
  const jobs = [1, 2].map(() => pool.order({ do: 'sleep', ms: 300 }));
  process.kill(pids[0]!, 'SIGKILL');
  const results = await Promise.allSettled(jobs);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  await vi.waitFor(() => expect(pool.load().processes).toBe(2), 5_000);
  expect(pool.events).toContainEqual({ type: 'restarting', afterMs: 0 });
  expect(pool.events).toContainEqual(
    expect.objectContaining({ type: 'exited', pid: pids[0], signal: 'SIGKILL' }),
  );
});

test('a cancelled job stops between stages and its process goes on', async () => {
  const pool = await startPool();
  const client = new AbortController();
  const job = pool.order({ do: 'sleep', ms: 60_000 }, client.signal);
  const next = pool.order({ do: 'sleep', ms: 1 });
  client.abort();
  await expect(job).rejects.toMatchObject({ code: 'cancelled' });
  await next;
  expect(types(pool)).toEqual(['started', 'ready']);
});

test('a cancelled job that does not listen loses its process, never the slot', async () => {
  const pool = await startPool();
  const client = new AbortController();
  const job = pool.order({ do: 'spin', ms: 60_000 }, client.signal);
  const next = pool.order({ do: 'sleep', ms: 1 });
  setTimeout(() => client.abort(), 50);
  await expect(job).rejects.toMatchObject({ code: 'cancelled' });
  await next;
  expect(pool.events).toContainEqual(expect.objectContaining({ type: 'killed', reason: 'stop' }));
});

test('a cancelled job leaves the queue at once', async () => {
  const pool = await startPool();
  const client = new AbortController();
  const running = pool.order({ do: 'sleep', ms: 50 });
  const waiting = pool.order({ do: 'abort' }, client.signal);
  client.abort();
  expect(pool.load().queued).toBe(0);
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect(pool.order({ do: 'abort' }, client.signal)).rejects.toMatchObject({ code: 'cancelled' });
  await running;
  await pool.order({ do: 'sleep', ms: 1 });
  expect(types(pool)).not.toContain('exited');
});

test('the deadline counts from arrival, for the running and for the waiting', async () => {
  const pool = await startPool({ deadlineMs: 300 });
  const jobs = [
    pool.order({ do: 'spin', ms: 60_000 }),
    pool.order({ do: 'sleep', ms: 1 }),
    pool.order({ do: 'sleep', ms: 1 }),
  ];
  const results = await Promise.allSettled(jobs);
  // All were answered before the first one's process was given up: nobody waited for that.
  expect(types(pool)).toEqual(['started', 'ready']);
  for (const result of results) {
    expect(result).toMatchObject({ reason: { code: 'deadline_exceeded', status: 503 } });
  }
  await vi.waitFor(() => expect(types(pool).filter((type) => type === 'ready')).toHaveLength(2), 5_000);
  await pool.order({ do: 'sleep', ms: 1 });
});

test('a start that fails says the sentence of the engine and leaves nothing behind', async () => {
  const sentence = 'models/yunet.onnx has the wrong hash; run `bonafide models pull`.';
  const events: PoolEvent[] = [];
  await expect(
    startPool({ processes: 2, onEvent: (event) => events.push(event) }, { fail: sentence }),
  ).rejects.toThrow(sentence);
  const pids = events.flatMap((event) => (event.type === 'started' ? event.pid : []));
  expect(pids).toHaveLength(2);
  expect(pids.filter(alive)).toEqual([]);
});

test('a process that dies while it starts fails the start with its last words', async () => {
  await expect(startPool({}, { die: true })).rejects.toThrow(/ended before it was ready \(SIGABRT\)/);
  const missing = new URL('pool/no-such-file.js', import.meta.url);
  await expect(startPool({ entry: missing })).rejects.toThrow(/code 1.*no-such-file/s);
});

test('a system that refuses a process fails the start', async () => {
  await expect(startPool({ entry: new URL('http://localhost/process.js') })).rejects.toThrow(/scheme/);
});

test('processes that die without finishing a job come back more and more slowly', async () => {
  const pool = await startPool();
  for (let death = 0; death < 3; death++) {
    await expect(pool.order({ do: 'abort' })).rejects.toMatchObject({ code: 'perception_lost' });
  }
  await pool.order({ do: 'sleep', ms: 1 });
  await expect(pool.order({ do: 'abort' })).rejects.toMatchObject({ code: 'perception_lost' });
  await pool.order({ do: 'sleep', ms: 1 });
  const pauses = pool.events.flatMap((event) => (event.type === 'restarting' ? event.afterMs : []));
  expect(pauses).toEqual([100, 200, 400, 0]);
});

test('jobs wait for their deadline while no process starts, and the pool recovers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const obstacle = join(folder, 'obstacle');
  const pool = await startPool({ deadlineMs: 500 }, { failWhileExists: obstacle });
  writeFileSync(obstacle, '');
  await expect(pool.order({ do: 'abort' })).rejects.toMatchObject({ code: 'perception_lost' });
  const waiting = pool.order({ do: 'sleep', ms: 1 });
  expect(pool.load()).toEqual({ queued: 1, running: 0, processes: 0, full: false });
  await expect(waiting).rejects.toMatchObject({ code: 'deadline_exceeded' });
  expect(pool.events).toContainEqual({ type: 'start_failed', message: 'The models are gone.' });
  rmSync(obstacle);
  await vi.waitFor(() => expect(pool.load().processes).toBe(1), 5_000);
  await pool.order({ do: 'sleep', ms: 1 });
});

test('a process that has grown is replaced without a gap', async () => {
  const pool = await startPool({ recycleAboveBytes: 200_000_000 });
  const before = pidOf(await pool.order({ do: 'sleep', ms: 1 }));
  await pool.order({ do: 'grow', bytes: 250_000_000 });
  let after = before;
  while (after === before) {
    expect(pool.load().processes).toBeGreaterThan(0);
    after = pidOf(await pool.order({ do: 'sleep', ms: 1 }));
  }
  await vi.waitFor(() => expect(alive(before)).toBe(false), 5_000);
  expect(pool.load().processes).toBe(1);
  expect(types(pool).filter((type) => type === 'started')).toHaveLength(2);
});

test('close refuses what is pending and ends every process', async () => {
  const pool = await startPool({ processes: 2 });
  const pids = pool.events.flatMap((event) => (event.type === 'started' ? event.pid : []));
  const jobs = [
    pool.order({ do: 'spin', ms: 60_000 }),
    pool.order({ do: 'sleep', ms: 60_000 }),
    pool.order({ do: 'sleep', ms: 1 }),
  ];
  const results = Promise.allSettled(jobs);
  await pool.close();
  for (const result of await results) {
    expect(result).toMatchObject({ reason: { code: 'shutting_down' } });
  }
  expect(pids.filter(alive)).toEqual([]);
  await expect(pool.order({ do: 'sleep', ms: 1 })).rejects.toMatchObject({ code: 'shutting_down' });
  await pool.close();
});

test('hands no secret and no flag of the server down', async () => {
  const pool = await startPool({ environment: { API_KEY: 'secret', TZ: 'Asia/Tashkent' } });
  const [environment, flags] = pool.describe().notices.map((notice) => JSON.parse(notice));
  expect(Object.keys(environment).sort()).toEqual(
    [
      'TZ',
      'MALLOC_ARENA_MAX',
      'MKL_NUM_THREADS',
      'OMP_NUM_THREADS',
      'OPENBLAS_NUM_THREADS',
      'VIPS_CONCURRENCY',
    ].sort(),
  );
  expect(flags).toEqual([]);
});

test('no orphan stays when the server is killed with -9', async () => {
  const parent = spawn(
    process.execPath,
    [
      new URL('pool/parent.js', import.meta.url).pathname,
      ENTRY.href,
      JSON.stringify({ do: 'sleep', ms: 60_000 }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(parent.stdout, 'data');
  const pids: number[] = JSON.parse(String(line));
  expect(pids.filter(alive)).toHaveLength(2);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.filter(alive)).toEqual([]), 5_000);
});

test('says when a new process finds other models than the first', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'bonafide-')), 'models.json');
  const net = { role: 'anti-spoof', name: 'net', pack: 'strong', sha256: '00' };
  writeFileSync(file, '[]');
  const pool = await startPool({}, { models: file });
  await pool.order({ do: 'exit' }).catch(() => undefined);
  await pool.order({ do: 'sleep', ms: 1 });
  expect(types(pool)).not.toContain('models_changed');
  writeFileSync(file, JSON.stringify([net]));
  await pool.order({ do: 'exit' }).catch(() => undefined);
  await pool.order({ do: 'sleep', ms: 1 });
  expect(pool.events).toContainEqual({ type: 'models_changed', models: [net] });
  expect(pool.describe().models).toEqual([net]);
});
