import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { memoryStores } from '../../test/support/stores.ts';
import type { SessionOutcome } from '../stores/ports.ts';
import { endLostSessions, keepSessionsSwept } from './sweep-sessions.ts';

const now = new Date('2030-01-31T12:00:00Z');
const day = 86_400_000;
const daysAgo = (days: number) => new Date(now.getTime() - days * day);
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const passed: SessionOutcome = {
  status: 'passed',
  reason: null,
  remarks: [],
  liveProbability: 0.9,
  match: null,
  frames: 40,
  models: [],
};

/** Sessions in a real store, by names of their own. */
async function open() {
  const { sessions, auditTrail, ...stores } = await memoryStores();
  onTestFinished(() => stores.close());
  /** Makes one that must begin within ten minutes. @param runsUntil of one that has begun at once */
  async function make(id: string, createdAt: Date, runsUntil?: Date): Promise<void> {
    const token = randomBytes(32);
    const order = {
      checks: ['challenge'],
      directions: 3,
      language: null,
      reconnect: true,
      detail: false,
    } as const;
    const expiresAt = new Date(createdAt.getTime() + 600_000);
    await sessions.create({ id, keyId: 'key', order, userId: null, createdAt, expiresAt }, token, 1_000);
    if (runsUntil) await sessions.begin(id, token, createdAt, runsUntil);
  }
  const statusOf = async (id: string) => (await sessions.find(id, null))?.status;
  return { sessions, auditTrail, make, statusOf };
}

it('forgets results when they are old, and tokens that nobody used a day after they expired', async () => {
  const { sessions, auditTrail, make, statusOf } = await open();
  for (const [id, days] of Object.entries({ old: 30.1, recent: 29.9 })) {
    await make(id, daysAgo(days), daysAgo(days));
    await sessions.end(id, passed, daysAgo(days));
  }
  await make('long unused', daysAgo(1.1));
  await make('unused', daysAgo(0.9));
  const stop = keepSessionsSwept(
    sessions,
    30,
    () => now,
    (error) => expect.unreachable(String(error)),
  );
  onTestFinished(stop);
  // The last thing that is swept.
  await expect.poll(() => auditTrail.ofSession('old')).toEqual([]);
  expect(await statusOf('old')).toBeUndefined();
  expect(await statusOf('long unused')).toBeUndefined();
  expect(await statusOf('recent')).toBe('passed');
  expect(await statusOf('unused')).toBe('created');
  expect(await auditTrail.ofSession('recent')).toHaveLength(2);
});

it('ends those whose server is gone, also when nobody asks for them', async () => {
  const { sessions, make, statusOf } = await open();
  await make('lost', minutesAgo(5), minutesAgo(1));
  await make('running', minutesAgo(1), new Date(now.getTime() + 1_000));
  onTestFinished(
    keepSessionsSwept(
      sessions,
      30,
      () => now,
      (error) => expect.unreachable(String(error)),
    ),
  );
  await expect.poll(() => statusOf('lost')).toBe('failed');
  expect(await sessions.find('lost', null)).toMatchObject({ outcome: { reason: 'server_restarted' } });
  expect(await statusOf('running')).toBe('running');
  // The start of a server that has the database for itself knows better.
  await endLostSessions(sessions, now);
  expect(await statusOf('running')).toBe('failed');
});

it('tells why it failed, and ends when it is told to', async () => {
  const errors: unknown[] = [];
  const failure = new Error('the database is away');
  const endLost = () => Promise.reject(failure);
  const stop = keepSessionsSwept(
    { endLost, sweep: endLost },
    30,
    () => now,
    (error) => errors.push(error),
  );
  await expect.poll(() => errors).toEqual([failure]);
  stop();
});
