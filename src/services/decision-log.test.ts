import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BonafideError } from '../errors.ts';
import type { Decision } from '../stores/ports.ts';
import { createDecisionLog } from './decision-log.ts';

const decision = (milliseconds: number): Decision => ({
  at: new Date(0),
  contract: 'passive',
  route: 'POST /liveness',
  outcome: 'live',
  verdict: 'real',
  reasons: [],
  keyId: null,
  milliseconds,
  models: [],
  sampleId: null,
  sessionId: null,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log over a store that answers as a test wants. */
function bench() {
  const written: number[][] = [];
  const heard: string[] = [];
  const store = { isAway: false, refuses: -1 };
  const log = createDecisionLog({
    store: {
      async add(decisions) {
        if (store.isAway) throw new BonafideError('store_unavailable');
        if (decisions.some(({ milliseconds }) => milliseconds === store.refuses))
          throw new Error('no such row');
        written.push(decisions.map(({ milliseconds }) => milliseconds));
      },
    },
    onTrouble: () => heard.push('trouble'),
    onLost: (decisions) => heard.push(`lost ${decisions}`),
  });
  return { log, store, written, heard };
}

it('writes what comes within a second at once', async () => {
  const { log, written } = bench();
  log.note(decision(1));
  log.note(decision(2));
  await vi.advanceTimersByTimeAsync(999);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([[1, 2]]);
  log.note(decision(3));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toEqual([[1, 2], [3]]);
});

it('keeps what cannot be written, in order, and says so once', async () => {
  const { log, store, written, heard } = bench();
  store.isAway = true;
  log.note(decision(1));
  await vi.advanceTimersByTimeAsync(1_000);
  log.note(decision(2));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(heard).toEqual(['trouble']);
  store.isAway = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toEqual([[1, 2]]);
});

it('is not held up by what the store will never take', async () => {
  const { log, store, written, heard } = bench();
  store.refuses = 1;
  log.note(decision(1));
  await vi.advanceTimersByTimeAsync(1_000);
  log.note(decision(2));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(written).toEqual([[2]]);
  expect(heard).toEqual(['trouble', 'lost 1']);
});

it('loses the oldest where too many wait, and says how many', async () => {
  const { log, store, written, heard } = bench();
  store.isAway = true;
  for (let count = 0; count < 20_005; count++) log.note(decision(count));
  await vi.advanceTimersByTimeAsync(1_000);
  store.isAway = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(written.flat()).toHaveLength(20_000);
  expect(written[0]![0]).toBe(5);
  expect(heard).toEqual(['trouble', 'lost 5']);
});

it('writes what waits before it ends, or says that it is lost', async () => {
  const [one, other] = [bench(), bench()];
  one.log.note(decision(1));
  await one.log.close();
  expect(one.written).toEqual([[1]]);
  expect(one.heard).toEqual([]);
  other.store.isAway = true;
  other.log.note(decision(1));
  await other.log.close();
  expect(other.heard).toEqual(['trouble', 'lost 1']);
});
