import { randomBytes } from 'node:crypto';
import { type ApiKeyTerms, createApiKey } from '../../src/services/create-api-key.ts';
import { type ApiKeyRecord, contractNames, type Stores } from '../../src/stores/ports.ts';

/** Makes a key that may do everything, but for what a test changes; returns it with its record. */
export function makeApiKey(
  { apiKeys }: Pick<Stores, 'apiKeys'>,
  changes: Partial<ApiKeyTerms> = {},
  now = new Date(),
): Promise<{ readonly key: string; readonly record: ApiKeyRecord }> {
  const terms: ApiKeyTerms = {
    label: 'test',
    contracts: contractNames,
    requiresSession: false,
    sessionUses: null,
    sessionSeconds: null,
    requestsPerMinute: null,
    expiresAt: null,
    ...changes,
  };
  return createApiKey(apiKeys, terms, { now, randomBytes });
}
