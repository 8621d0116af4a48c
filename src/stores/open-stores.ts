import { createApiKeys } from './api-keys.ts';
import { migrate } from './migrate.ts';
import type { Stores } from './ports.ts';
import { createSampleFiles } from './sample-files.ts';
import { createSamples } from './samples.ts';
import { createSessionTokens } from './session-tokens.ts';
import type { Sql } from './sql.ts';

/** Where stores keep what is no row of the database. */
export interface StoreFolders {
  /** The data set's folder; it need not exist. */
  readonly trainDir: string;
}

/** The stores over a database, whose schema is brought up to date first. Closing them closes it. */
export async function openStores(sql: Sql, { trainDir }: StoreFolders): Promise<Stores> {
  await migrate(sql);
  return {
    apiKeys: createApiKeys(sql),
    sessionTokens: createSessionTokens(sql),
    samples: createSamples(sql, createSampleFiles(trainDir)),
    close: () => sql.close(),
  };
}
