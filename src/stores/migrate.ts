import { type Migration, migrations } from './migrations/index.ts';
import type { Sql } from './sql.ts';

/** Any number, the same for all servers of one database: who migrates holds this advisory lock. */
const lock = 8_206_105;

/**
 * Brings the schema up to date: each migration that is not there yet, once and in order, in one transaction under a
 * lock, so that servers may start together.
 *
 * @throws Error where the database has been migrated by a newer version than this one
 */
export async function migrate(sql: Sql, steps: readonly Migration[] = migrations): Promise<void> {
  await sql.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1)', [lock]);
    await transaction.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const applied = await transaction.query<{ name: string }>('select name from migrations order by name');
    const known = steps.map(({ name }) => name);
    const unknown = applied.find(({ name }) => !known.includes(name));
    if (unknown) {
      throw new Error(
        `The database holds the migration ${unknown.name}, which this version does not know: start the newer version that made it.`,
      );
    }
    for (const { name, statements } of steps.slice(applied.length)) {
      for (const statement of statements.split(/;\s*$/m))
        if (statement.trim()) await transaction.query(statement);
      await transaction.query('insert into migrations (name) values ($1)', [name]);
    }
  });
}
