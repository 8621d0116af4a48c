import type { Queries, Row, Sql } from '../database/sql.ts';
import type { SessionEventName, SessionOutcome, SessionRecord, Sessions } from './port.ts';

/** Rows that one sweep removes of each kind. */
const sweepBatch = 1_000;

/** The events of migration 005's indices. */
const ofSessions = "event in ('session_opened', 'session_ended', 'session_deleted')";

/** Any number, the same for all servers of one database: whoever counts unused sessions of a key holds its lock. */
const lock = 2_005;

/** Sessions in the table of migration 005. */
export function createSessions(sql: Sql): Sessions {
  async function one(where: string, params: readonly (string | Uint8Array | null)[]) {
    const [row] = await sql.query(`select * from sessions where ${where}`, params);
    return row && toRecord(row);
  }

  return {
    create(session, tokenHash, mostUnused) {
      const { id, keyId, order, userId, createdAt, expiresAt } = session;
      return sql.transaction(async (transaction) => {
        await transaction.query('select pg_advisory_xact_lock($1, hashtext($2))', [lock, keyId]);
        const [unused] = await transaction.query(
          "select count(*) as sessions from sessions where key_id = $1 and status = 'created' and expires_at > $2",
          [keyId, createdAt],
        );
        if (Number(unused!.sessions) >= mostUnused) return false;
        await transaction.query(
          `insert into sessions (id, token_hash, key_id, status, asked, user_id, created_at, expires_at)
           values ($1, $2, $3, 'created', $4::jsonb, $5, $6, $7)`,
          [id, tokenHash, keyId, JSON.stringify(order), userId, createdAt, expiresAt],
        );
        await record(transaction, 'session_opened', createdAt, { session_id: id, key_id: keyId });
        return true;
      });
    },
    find: (id, keyId) => one('id = $1 and ($2::text is null or key_id = $2)', [id, keyId]),
    findByToken: (id, tokenHash) => one('id = $1 and token_hash = $2', [id, tokenHash]),
    async begin(id, tokenHash, now, runsUntil) {
      // One statement: the row's lock makes those who come together take turns.
      const begun = await sql.query(
        `update sessions set status = 'running', started_at = $3, runs_until = $4
         where id = $1 and token_hash = $2 and status = 'created' and expires_at > $3 returning id`,
        [id, tokenHash, now, runsUntil],
      );
      return begun.length > 0;
    },
    end: async (id, outcome, now) => (await end(sql, 'id = $5', outcome, now, [id])) > 0,
    endLost: (outcome, now, whose) =>
      whose === 'all' ? end(sql, 'true', outcome, now, []) : end(sql, 'runs_until <= $3', outcome, now, []),
    remove(id, keyId, now) {
      return sql.transaction(async (transaction) => {
        const [removed] = await transaction.query(
          'delete from sessions where id = $1 and ($2::text is null or key_id = $2) returning key_id',
          [id, keyId],
        );
        if (!removed) return false;
        const details = { session_id: id, key_id: String(removed.key_id) };
        await record(transaction, 'session_deleted', now, details);
        return true;
      });
    },
    async sweep({ endedBefore, expiredBefore }) {
      // Rows that another server sweeps at this moment are left to it: waiting for each other could end in a deadlock.
      await sql.query(
        `delete from sessions where id in
           (select id from sessions where created_at < $1 and ended_at < $1 limit ${sweepBatch} for update skip locked)`,
        [endedBefore],
      );
      await sql.query(
        `delete from sessions where id in
           (select id from sessions where status = 'created' and expires_at < $1 limit ${sweepBatch} for update skip locked)`,
        [expiredBefore],
      );
      await sql.query(
        `delete from audit_trail where id in
           (select id from audit_trail where ${ofSessions} and at < $1 limit ${sweepBatch} for update skip locked)`,
        [endedBefore],
      );
    },
  };
}

/** Ends those that run of which `where` holds, from `$5` on; one statement writes what is told of it, too. */
async function end(
  sql: Queries,
  where: string,
  outcome: SessionOutcome,
  now: Date,
  params: readonly string[],
): Promise<number> {
  const { status, reason, ...details } = outcome;
  const ended = await sql.query(
    `with ended as (
       update sessions set status = $1, outcome = $2::jsonb || jsonb_build_object('reason', $4::text),
         ended_at = $3, runs_until = null, user_id = null
       where status = 'running' and ${where} returning id, key_id
     )
     insert into audit_trail (at, user_id, event, details)
     select $3, null, 'session_ended', jsonb_strip_nulls(jsonb_build_object(
       'session_id', id, 'key_id', key_id, 'status', $1::text, 'reason', $4::text)) from ended
     returning id`,
    [status, JSON.stringify(details), now, reason, ...params],
  );
  return ended.length;
}

async function record(
  transaction: Queries,
  event: SessionEventName,
  at: Date,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  await transaction.query(
    'insert into audit_trail (at, user_id, event, details) values ($1, null, $2, $3::jsonb)',
    [at, event, JSON.stringify(details)],
  );
}

function toRecord(row: Row): SessionRecord {
  const status = row.status as SessionRecord['status'];
  const outcome = row.outcome as Omit<SessionOutcome, 'status'> | null;
  return {
    id: row.id as string,
    keyId: row.key_id as string,
    status,
    order: row.asked as SessionRecord['order'],
    userId: row.user_id as string | null,
    createdAt: row.created_at as Date,
    expiresAt: row.expires_at as Date,
    startedAt: row.started_at as Date | null,
    runsUntil: row.runs_until as Date | null,
    endedAt: row.ended_at as Date | null,
    outcome: outcome && status !== 'created' && status !== 'running' ? { ...outcome, status } : null,
  };
}
