import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createPostgresDatabase,
  describeOnDatabases,
  describeOnPostgres,
} from '../../../test/support/databases.ts';
import { migrate } from '../database/migrate.ts';
import { openPostgres } from '../database/postgres.ts';
import type { Sql } from '../database/sql.ts';
import { createAuditTrail } from '../templates/audit-trail.ts';
import type { NewSession, SessionOutcome, Sessions } from './port.ts';
import { createSessions } from './sessions.ts';

const now = new Date('2030-01-01T00:00:00Z');
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const session = (more: Partial<NewSession> = {}): NewSession => ({
  id: randomUUID(),
  keyId: 'key',
  order: { checks: ['challenge'], directions: 3, language: 'pt', reconnect: true, detail: false },
  userId: null,
  createdAt: now,
  expiresAt: after(600),
  ...more,
});

const passed: SessionOutcome = {
  status: 'passed',
  reason: null,
  remarks: [{ code: 'no_anti_spoof_model' }, { code: 'face_too_small', side: 61.5, minimum: 80 }],
  liveProbability: 0.97,
  match: { match: true, distance: 0.2, similarity: 0.8, threshold: 0.35 },
  frames: 41,
  models: [{ role: 'detector', name: 'yunet', sha256: 'ab'.repeat(32) }],
};
const lost: SessionOutcome = { ...passed, status: 'failed', reason: 'server_restarted', match: null };

/** Makes sessions, and knows their tokens. */
function maker(sessions: Sessions) {
  return async (more: Partial<NewSession> = {}) => {
    const [made, token] = [session(more), randomBytes(32)];
    expect(await sessions.create(made, token, 1_000)).toBe(true);
    return { ...made, token, begin: (at = now) => sessions.begin(made.id, token, at, after(60)) };
  };
}

describeOnDatabases('sessions', (open) => {
  let sql: Sql;
  let sessions: Sessions;
  let make: ReturnType<typeof maker>;
  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
    sessions = createSessions(sql);
    make = maker(sessions);
  });
  afterAll(() => sql.close());

  const eventsOf = async (id: string) => {
    const events = await createAuditTrail(sql).ofSession(id);
    return events.map(({ event, userId, details }) => ({ event, userId, ...details }));
  };

  it('are told as they were made, to who holds the key or the token', async () => {
    const { token, begin: _, ...made } = await make({ userId: 'somebody' });
    const kept = {
      ...made,
      status: 'created',
      startedAt: null,
      runsUntil: null,
      endedAt: null,
      outcome: null,
    };
    expect(await sessions.find(made.id, 'key')).toEqual(kept);
    expect(await sessions.find(made.id, null)).toEqual(kept);
    expect(await sessions.find(made.id, 'another')).toBeUndefined();
    expect(await sessions.find('nobody', null)).toBeUndefined();
    expect(await sessions.findByToken(made.id, token)).toEqual(kept);
    expect(await sessions.findByToken(made.id, randomBytes(32))).toBeUndefined();
    expect(JSON.stringify(kept)).not.toContain(token.toString('hex'));
  });

  it('begin once, in time, with their token, and end once', async () => {
    const one = await make({ userId: 'somebody' });
    expect(await sessions.end(one.id, passed, now)).toBe(false);
    expect(await sessions.begin(one.id, randomBytes(32), now, after(60))).toBe(false);
    expect(await one.begin(after(600))).toBe(false);
    expect(await one.begin(after(599))).toBe(true);
    expect(await one.begin(after(599))).toBe(false);
    expect(await sessions.find(one.id, 'key')).toMatchObject({ status: 'running', startedAt: after(599) });
    expect(await sessions.end(one.id, passed, after(620))).toBe(true);
    expect(await sessions.end(one.id, lost, after(621))).toBe(false);
    expect(await sessions.find(one.id, 'key')).toMatchObject({
      status: 'passed',
      endedAt: after(620),
      outcome: passed,
      // Whom the face was compared with is forgotten.
      userId: null,
    });
  });

  it('are written to the audit trail, which names nobody', async () => {
    const one = await make({ userId: 'somebody' });
    await one.begin();
    await sessions.end(one.id, lost, now);
    await sessions.remove(one.id, 'key', now);
    const of = { userId: null, session_id: one.id, key_id: 'key' };
    expect(await eventsOf(one.id)).toEqual([
      { event: 'session_opened', ...of },
      { event: 'session_ended', ...of, status: 'failed', reason: 'server_restarted' },
      { event: 'session_deleted', ...of },
    ]);
  });

  it('that nobody begins are bounded, for each key, until they expire', async () => {
    const keyId = randomUUID();
    const create = (at: Date, more = {}) =>
      sessions.create(
        session({ keyId, createdAt: at, expiresAt: new Date(at.getTime() + 10_000), ...more }),
        randomBytes(32),
        3,
      );
    const atOnce = await Promise.all(Array.from({ length: 10 }, () => create(now)));
    expect(atOnce.filter(Boolean)).toHaveLength(3);
    expect(await create(now, { keyId: randomUUID() })).toBe(true);
    expect(await create(after(10))).toBe(true);
  });

  it('have a stream that exactly one of many opens', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await make();
      const begun = await Promise.all(Array.from({ length: 20 }, () => one.begin()));
      expect(begun.filter(Boolean)).toHaveLength(1);
    }
  });

  it('whose server is gone are ended: when their time is over, or all of them', async () => {
    const [early, late, unused] = [await make(), await make(), await make()];
    await sessions.begin(early.id, early.token, now, after(30));
    await sessions.begin(late.id, late.token, now, after(90));
    expect(await sessions.endLost(lost, after(29), 'overdue')).toBe(0);
    expect(await sessions.endLost(lost, after(61), 'overdue')).toBeGreaterThan(0);
    expect(await sessions.find(early.id, null)).toMatchObject({ status: 'failed', outcome: lost });
    expect(await sessions.find(late.id, null)).toMatchObject({ status: 'running' });
    expect(await sessions.endLost(lost, after(61), 'all')).toBe(1);
    expect(await sessions.find(late.id, null)).toMatchObject({ status: 'failed' });
    expect(await sessions.find(unused.id, null)).toMatchObject({ status: 'created' });
    expect(await eventsOf(late.id)).toHaveLength(2);
  });

  it('are forgotten by whose they are, whatever they do', async () => {
    const one = await make();
    await one.begin();
    expect(await sessions.remove(one.id, 'another', now)).toBe(false);
    expect(await sessions.remove(one.id, 'key', now)).toBe(true);
    expect(await sessions.remove(one.id, null, now)).toBe(false);
    expect(await sessions.end(one.id, passed, now)).toBe(false);
    expect(await sessions.findByToken(one.id, one.token)).toBeUndefined();
  });

  it('are swept with their events when they are old, sooner where they were never begun', async () => {
    const [old, recent] = [await make({ createdAt: after(-900) }), await make({ createdAt: after(-900) })];
    for (const [made, seconds] of [
      [old, -850],
      [recent, -750],
    ] as const) {
      await made.begin();
      await sessions.end(made.id, passed, after(seconds));
    }
    const [unused, fresh] = [await make({ expiresAt: after(-10) }), await make()];
    // Made long ago, begun at the last moment.
    const used = await make({ createdAt: after(-900) });
    await used.begin();
    const sweep = () => sessions.sweep({ endedBefore: after(-800), expiredBefore: after(0) });
    await Promise.all([sweep(), sweep()]);
    const all = [old, recent, unused, fresh, used];
    const left = await Promise.all(all.map(({ id }) => sessions.find(id, null)));
    const statuses = left.map((record) => record?.status);
    expect(statuses).toEqual([undefined, 'passed', undefined, 'created', 'running']);
    expect(await eventsOf(old.id)).toEqual([]);
    expect(await eventsOf(fresh.id)).toHaveLength(1);
  });
});

describeOnPostgres('sessions of two servers', () => {
  it('have a stream that exactly one of many opens, and one bound', async () => {
    const database = await createPostgresDatabase();
    const servers = [openPostgres(database.url), openPostgres(database.url)];
    await Promise.all(servers.map((sql) => migrate(sql)));
    const [one, two] = servers.map((sql) => createSessions(sql));
    const made = await maker(one!)();
    const turns = Array.from({ length: 20 }, (_, at) => (at % 2 ? one! : two!));
    const begun = await Promise.all(turns.map((store) => store.begin(made.id, made.token, now, after(60))));
    expect(begun.filter(Boolean)).toHaveLength(1);
    const created = await Promise.all(turns.map((store) => store.create(session(), randomBytes(32), 3)));
    expect(created.filter(Boolean)).toHaveLength(3);
    await Promise.all(servers.map((sql) => sql.close()));
    await database.drop();
  });
});
