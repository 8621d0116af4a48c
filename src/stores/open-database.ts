import { join } from 'node:path';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { Sql } from './sql.ts';

/** Where the server keeps things. */
export interface DatabaseOptions {
  /** Address of a PostgreSQL server, or empty. */
  readonly databaseUrl: string;
  /** Folder of the embedded database, which serves where there is no address. */
  readonly dataDir: string;
}

/** The database that the settings name. */
export async function openDatabase({ databaseUrl, dataDir }: DatabaseOptions): Promise<Sql> {
  return databaseUrl ? openPostgres(databaseUrl) : openPglite(join(dataDir, 'db'));
}
