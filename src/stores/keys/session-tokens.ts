import type { Sql } from '../database/sql.ts';
import type { SessionTokens } from '../ports.ts';

/** Session tokens in the table of migration 001. */
export function createSessionTokens(sql: Sql): SessionTokens {
  return {
    async issue(tokenHash, { keyId, uses, expiresAt }) {
      await sql.query(
        'insert into session_tokens (token_hash, key_id, uses_left, expires_at) values ($1, $2, $3, $4)',
        [tokenHash, keyId, uses, expiresAt],
      );
    },
    async use(tokenHash, keyId, now) {
      // One statement: the row's lock makes those who come together take turns.
      const used = await sql.query(
        `update session_tokens set uses_left = uses_left - 1
         where token_hash = $1 and key_id = $2 and expires_at > $3 and uses_left > 0 returning uses_left`,
        [tokenHash, keyId, now],
      );
      if (used.length > 0) return 'used';
      const known = await sql.query(
        'select 1 from session_tokens where token_hash = $1 and key_id = $2 and expires_at > $3',
        [tokenHash, keyId, now],
      );
      return known.length > 0 ? 'used_up' : 'unknown';
    },
    async giveBack(tokenHash) {
      await sql.query('update session_tokens set uses_left = uses_left + 1 where token_hash = $1', [
        tokenHash,
      ]);
    },
    async sweep(now) {
      // Rows that another server sweeps at this moment are left to it: waiting for each other could end in a deadlock.
      await sql.query(
        `delete from session_tokens where token_hash in
           (select token_hash from session_tokens where expires_at <= $1 limit 1000 for update skip locked)`,
        [now],
      );
    },
  };
}
