import type { Sql } from '../database/sql.ts';
import type { ApiKeyRecord, ApiKeys, ContractName } from '../ports.ts';

/** The minute that was counted has nothing to do with the request that is being counted. */
const isOver = `abs(extract(epoch from excluded.minute_began - counted.minute_began)) >= 60`;

/** Keys in the tables of migration 001. */
export function createApiKeys(sql: Sql): ApiKeys {
  return {
    async create(record, keyHash) {
      await sql.query(
        `insert into api_keys (id, key_hash, label, contracts, requires_session, session_uses, session_seconds,
           requests_per_minute, created_at, expires_at, revoked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          record.id,
          keyHash,
          record.label,
          record.contracts,
          record.requiresSession,
          record.sessionUses,
          record.sessionSeconds,
          record.requestsPerMinute,
          record.createdAt,
          record.expiresAt,
          record.revokedAt,
        ],
      );
    },
    async find(keyHash) {
      const [row] = await sql.query<ApiKeyRow>('select * from api_keys where key_hash = $1', [keyHash]);
      return row && toRecord(row);
    },
    async list() {
      return (await sql.query<ApiKeyRow>('select * from api_keys order by created_at, id')).map(toRecord);
    },
    async revoke(id, now) {
      const revoked = await sql.query(
        'update api_keys set revoked_at = $2 where id = $1 and revoked_at is null returning id',
        [id, now],
      );
      return revoked.length > 0;
    },
    async any() {
      return (await sql.query('select 1 from api_keys limit 1')).length > 0;
    },
    async countRequest(id, now) {
      // One statement: the row's lock makes servers that share the database count one after the other. A minute that
      // begins far in the future was counted by a clock that has been put back since.
      const [row] = await sql.query<{ requests: number; minute_began: Date }>(
        `insert into request_counts as counted (key_id, minute_began, requests) values ($1, $2, 1)
         on conflict (key_id) do update set
           requests = case when ${isOver} then 1 else counted.requests + 1 end,
           minute_began = case when ${isOver} then excluded.minute_began else counted.minute_began end
         returning requests, minute_began`,
        [id, now],
      );
      const { requests, minute_began } = row!;
      return { requests, minuteEnds: new Date(minute_began.getTime() + 60_000) };
    },
  };
}

interface ApiKeyRow extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly label: string;
  readonly contracts: readonly ContractName[];
  readonly requires_session: boolean;
  readonly session_uses: number | null;
  readonly session_seconds: number | null;
  readonly requests_per_minute: number | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}

function toRecord(row: ApiKeyRow): ApiKeyRecord {
  return {
    id: row.id,
    label: row.label,
    contracts: row.contracts,
    requiresSession: row.requires_session,
    sessionUses: row.session_uses,
    sessionSeconds: row.session_seconds,
    requestsPerMinute: row.requests_per_minute,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
