import { createApiKeys } from './api-keys.ts';
import { migrate } from './migrate.ts';
import type { Stores } from './ports.ts';
import { createSessionTokens } from './session-tokens.ts';
import type { Sql } from './sql.ts';

/** The stores over a database, whose schema is brought up to date first. Closing them closes it. */
export async function openStores(sql: Sql): Promise<Stores> {
  await migrate(sql);
  return {
    apiKeys: createApiKeys(sql),
    sessionTokens: createSessionTokens(sql),
    close: () => sql.close(),
  };
}
