import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepSwept } from './sweep-templates.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('sweeps and cleans at once, and then every minute until it is stopped', async () => {
  const calls: string[] = [];
  const now = new Date('2026-06-01T12:00:00Z');
  const stop = keepSwept(
    {
      sweep: async (time) => calls.push(`sweep ${time.toISOString()}`),
      clean: async () => void calls.push('clean'),
    },
    () => now,
    () => expect.unreachable(),
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual(['sweep 2026-06-01T12:00:00.000Z', 'clean']);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(calls).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toHaveLength(4);
  stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(calls).toHaveLength(4);
});

it('tells why a sweep failed, and tries again; one that takes long is not joined by another', async () => {
  const errors: unknown[] = [];
  const failure = new Error('the database is away');
  let sweeps = 0;
  const sweep = async () => {
    sweeps++;
    if (sweeps === 1) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 150_000));
    return 0;
  };
  const stop = keepSwept(
    { sweep, clean: async () => {} },
    () => new Date(),
    (error) => errors.push(error),
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(errors).toEqual([failure]);
  await vi.advanceTimersByTimeAsync(180_000);
  expect(sweeps).toBe(2);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sweeps).toBe(3);
  stop();
});
