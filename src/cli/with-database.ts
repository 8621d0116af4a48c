import type { Config } from '../config.ts';
import { migrate } from '../stores/database/migrate.ts';
import { openDatabase } from '../stores/database/open-database.ts';
import type { Sql } from '../stores/database/sql.ts';

/** Milliseconds that a command waits for a PostgreSQL server: whoever typed it is waiting too. */
const patienceMs = 3_000;

/**
 * Opens the database of the settings, its schema up to date, for as long as `work` takes.
 *
 * @throws what `work` throws; Error with a sentence for the operator where it cannot be opened
 */
export async function withDatabase<T>(
  { DATABASE_URL, DATA_DIR }: Config,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const sql = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: DATA_DIR, patienceMs });
  try {
    await migrate(sql);
    return await work(sql);
  } finally {
    await sql.close();
  }
}
