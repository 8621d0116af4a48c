import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningApp } from '../../../test/support/app.ts';
import { ask, makeSession, openStream, readSession } from '../../../test/support/session-client.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import { watch } from '../../../test/support/stream-wire.ts';
import { BonafideError } from '../../errors.ts';
import type { Sessions, Stores } from '../../stores/ports.ts';
import type { OpenedSession } from './schemas.ts';

// Streams while the database is away, or answers late.

let stores: Stores;
beforeAll(async () => {
  stores = await memoryStores();
});
afterAll(() => stores.close());

const away = () => Promise.reject(new BonafideError('store_unavailable'));

/** A server whose store of sessions behaves as told, where it is told. */
function serverWith(
  changes: Partial<Sessions>,
  settings: Readonly<Record<string, string>> = { SESSION_TIMEOUT: '1' },
  today?: () => Date,
): Promise<string> {
  const sessions = { ...stores.sessions, ...changes };
  return listeningApp(settings, { stores: { ...stores, sessions }, ...(today && { today }) });
}

const open = (url: string, session: OpenedSession) => watch(openStream(url, session));

describe('a stream that is opened while the database is away', () => {
  it.each(['findByToken', 'begin'] as const)('is to try again, and takes nothing (%s)', async (question) => {
    let isAway = true;
    const asked = stores.sessions[question] as (...args: unknown[]) => Promise<never>;
    const url = await serverWith(
      { [question]: (...args: unknown[]) => (isAway ? away() : asked(...args)) },
      { MAX_SESSIONS: '1' },
    );
    const session = await makeSession(url);
    for (let tries = 0; tries < 3; tries++) {
      const refused = open(url, session);
      expect(await refused.closed).toEqual([1013, 'store_unavailable']);
      expect(refused.last()).toMatchObject({ type: 'failed', retry_after_ms: expect.any(Number) });
    }
    isAway = false;
    const stream = open(url, session);
    await expect.poll(stream.last).toMatchObject({ type: 'start' });
  });
});

describe('a session that ends while the database is away', () => {
  it('is told of once it is kept, when the database is back in time', async () => {
    let tries = 0;
    const url = await serverWith({
      end: (...result) => (++tries < 3 ? away() : stores.sessions.end(...result)),
    });
    const session = await makeSession(url);
    const stream = open(url, session);
    expect(await stream.closed).toEqual([1000, 'session_timeout']);
    expect(tries).toBe(3);
    expect(await readSession(url, session.id)).toMatchObject({ status: 'failed', reason: 'session_timeout' });
  });

  it('came to what was kept, where only the answer was lost', async () => {
    let tries = 0;
    const url = await serverWith({
      end: async (...result) => {
        const kept = await stores.sessions.end(...result);
        return ++tries === 1 ? away() : kept;
      },
    });
    const session = await makeSession(url);
    expect(await open(url, session).closed).toEqual([1000, 'session_timeout']);
    expect(tries).toBe(2);
    expect(await readSession(url, session.id)).toMatchObject({ status: 'failed', reason: 'session_timeout' });
  });

  it('is the server’s fault, and runs for ever for nobody, where it stays away', async () => {
    let now = Date.now();
    const url = await serverWith(
      { end: away },
      { SESSION_TIMEOUT: '1', MAX_SESSIONS: '1' },
      () => new Date(now),
    );
    const session = await makeSession(url);
    const stream = open(url, session);
    expect(await stream.closed).toEqual([1011, 'internal_error']);
    expect(stream.last()).toMatchObject({ type: 'failed', reason: 'internal_error' });
    now += 60_000;
    expect(await readSession(url, session.id)).toMatchObject({
      status: 'failed',
      reason: 'server_restarted',
      ended_at: expect.any(String),
    });
    // Its place is free again.
    const next = open(url, await makeSession(url));
    await expect.poll(next.last).toMatchObject({ type: 'start' });
  });
});

it('a session that is deleted while its stream is being opened ends, though nobody had it at hand', async () => {
  let letOn = () => {};
  const gate = new Promise<void>((resolve) => {
    letOn = resolve;
  });
  let isBegun = false;
  const url = await serverWith(
    {
      async begin(...question) {
        isBegun = await stores.sessions.begin(...question);
        await gate;
        return isBegun;
      },
    },
    {},
  );
  const session = await makeSession(url);
  const stream = open(url, session);
  await expect.poll(() => isBegun).toBe(true);
  expect(await ask(url, 'DELETE', `/v2/sessions/${session.id}`)).toMatchObject({ status: 204 });
  letOn();
  await expect.poll(stream.last, { timeout: 8_000 }).toMatchObject({ type: 'failed', reason: 'cancelled' });
});
