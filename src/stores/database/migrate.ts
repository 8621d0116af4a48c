import { type Migration, migrations } from './migrations/index.ts';
import type { Queries, Sql } from './sql.ts';

/** Any number, the same for all servers of one database: who migrates holds this advisory lock. */
const lock = 8_206_105;

/** Longest time for one statement, in milliseconds: a table may be large, and another server may be at it. */
const statementTimeoutMs = 600_000;

/**
 * Brings the schema up to date: each migration that is not there yet, once and in order, in one transaction under a
 * lock, so that servers may start together, and one that fails leaves nothing.
 *
 * @throws Error where a newer version than this one has migrated the database
 */
export async function migrate(sql: Sql, steps: readonly Migration[] = migrations): Promise<void> {
  await sql.transaction(
    async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [lock]);
      await transaction.query(
        'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
      );
      const applied = await transaction.query<{ name: string }>('select name from migrations order by name');
      const names = new Set(applied.map(({ name }) => name));
      refuseUnknown([...names], steps);
      for (const step of steps) if (!names.has(step.name)) await apply(transaction, step);
    },
    { statementTimeoutMs },
  );
}

function refuseUnknown(names: readonly string[], steps: readonly Migration[]): void {
  const unknown = names.find((applied) => !steps.some(({ name }) => name === applied));
  if (unknown === undefined) return;
  throw new Error(
    `The database holds the migration ${unknown}, which this version does not know: a newer version has used it. Start that one, or give this one another database.`,
  );
}

async function apply(queries: Queries, { name, statements }: Migration): Promise<void> {
  for (const statement of statements.split(/;\s*$/m)) if (statement.trim()) await queries.query(statement);
  await queries.query('insert into migrations (name) values ($1)', [name]);
}
