import type { Sql } from '../database/sql.ts';
import { readClock } from './template-clock.ts';

/** Longest time for the vacuum of a table, in milliseconds: it may be large. */
const vacuumTimeoutMs = 600_000;

/** Tables that say something of a person. */
const tables = ['templates', 'template_vectors', 'audit_trail', 'samples', 'sample_users', 'sessions'];

/**
 * Removes from the database's files what erasures have left there, if there were any since the last time: a row that
 * is deleted stays in its page, in the index and in the write-ahead log until something takes its place.
 *
 * The embedded database is written anew and its log cut off, so that nothing is left in the folder. On a PostgreSQL
 * server the rows are given up (`vacuum`); bytes of theirs, of which the template is encrypted, last in pages and
 * logs until the server overwrites them: to rewrite tables under a lock, or cut logs that others read, is for its
 * administrator to decide.
 */
export async function cleanErased(sql: Sql): Promise<void> {
  const { erasures, cleaned } = await readClock(sql);
  if (erasures === cleaned) return;
  const present = await sql.query(
    'select relname from pg_class where oid = any(array(select to_regclass(name)::oid from unnest($1::text[]) as t (name)))',
    [tables],
  );
  for (const { relname } of present)
    await sql.query(`vacuum ${sql.kind === 'pglite' ? '(full)' : ''} ${relname}`, [], {
      statementTimeoutMs: vacuumTimeoutMs,
    });
  if (sql.kind === 'pglite') {
    // Segments of the log are deleted, not kept to be written again: those hold what they held.
    await sql.query('set wal_recycle = off');
    await sql.query('select pg_switch_wal()');
    await sql.query('checkpoint');
  }
  // Last: whatever fails before is done again.
  await sql.query('update template_clock set cleaned = greatest(cleaned, $1)', [erasures]);
}
