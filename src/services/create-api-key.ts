import type { ApiKeyRecord, ApiKeys } from '../stores/ports.ts';
import { digestKey } from './api-keys.ts';

/** What somebody wants of a new key. */
export type ApiKeyTerms = Omit<ApiKeyRecord, 'id' | 'createdAt' | 'revokedAt'>;

/** Bytes of a key's id: enough that two are never the same by chance, few enough to read out. */
const idBytes = 5;

/**
 * Bytes of a key's secret. Nobody guesses 256 random bits, however fast a guess is checked: so the store keeps a plain
 * SHA-256, and no slow hash, which protects passwords that people think up and would cost every request.
 */
const secretBytes = 32;

/**
 * Makes a key and keeps its hash. The key is `bonafide_<id>_<secret>`: scanners that look for secrets in code and logs
 * find it by its beginning, and its id can be read in it, to revoke what was found.
 *
 * @returns the key itself, which nothing can show again
 */
export async function createApiKey(
  store: ApiKeys,
  terms: ApiKeyTerms,
  { now, randomBytes }: { readonly now: Date; readonly randomBytes: (size: number) => Buffer },
): Promise<{ readonly key: string; readonly record: ApiKeyRecord }> {
  const id = randomBytes(idBytes).toString('hex');
  const key = `bonafide_${id}_${randomBytes(secretBytes).toString('hex')}`;
  const record = { ...terms, id, createdAt: now, revokedAt: null };
  await store.create(record, digestKey(key));
  return { key, record };
}
