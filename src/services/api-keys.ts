import { createHash, timingSafeEqual } from 'node:crypto';
import { BonafideError } from '../errors.ts';
import type { ApiKeyRecord, ApiKeys, ContractName } from '../stores/ports.ts';

/** Who asks, by the API key they showed. */
export interface Caller {
  /** For logs: the id of a stored key, or `API_KEY` for all keys of that setting. */
  readonly id: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  /** What the store says of the key; null for a key of the setting, which may do everything. */
  readonly record: ApiKeyRecord | null;
}

/** Which keys are known, and what each may do. */
export interface KeyRing {
  /**
   * Whose key is among those shown; undefined where none of them is usable. A key of the setting is recognised
   * without asking the database, and what does not look like a stored key is not looked for.
   *
   * @throws BonafideError `store_unavailable`
   */
  identify(shown: readonly string[]): Promise<Caller | undefined>;
  /**
   * Whether requests must show a key. Nobody need while there is none, neither in the setting nor in the store.
   * What the database says holds for a second; where there is a key once, it is not asked again.
   *
   * @throws BonafideError `store_unavailable` where the answer is unknown
   */
  needsKey(): Promise<boolean>;
  /**
   * Counts one more request of a caller.
   *
   * @throws BonafideError `forbidden_contract`, `rate_limited`, `store_unavailable`
   */
  admit(caller: Caller, contract: ContractName): Promise<void>;
}

/** What a key ring is made of. */
export interface KeyRingParts {
  /** The keys of the setting. */
  readonly keys: readonly string[];
  readonly store: ApiKeys;
  /** The time of day; rate limits and expiry go by it. */
  readonly today: () => Date;
}

/** What every stored key looks like; see `create-api-key.ts`. */
const storedKey = /^bonafide_[0-9a-z]+_[0-9a-f]{64}$/;

/** More stored keys than this in one request are not looked for: each costs a query. */
const mostLookedFor = 3;

/** Milliseconds for which "there is no key" holds. */
const openFor = 1_000;

/** The keys of the setting and of the store. */
export function createKeyRing({ keys, store, today }: KeyRingParts): KeyRing {
  const own = keys.map(digestKey);
  const isClosed = createLookForKeys(store, today);
  return {
    async identify(shown) {
      const digests = shown.map(digestKey);
      // Each with each and in constant time: neither a key's length nor where a guess goes wrong shows in the clock.
      const matches = digests.filter((digest) =>
        own.map((known) => timingSafeEqual(digest, known)).includes(true),
      );
      if (matches[0]) return { id: 'API_KEY', digest: matches[0], record: null };
      const candidates = shown.filter((key) => storedKey.test(key)).slice(0, mostLookedFor);
      for (const digest of candidates.map(digestKey)) {
        // Whoever measures how long this takes learns of hashes, which tell nothing of keys.
        const record = await store.find(digest);
        if (record && isUsable(record, today())) return { id: record.id, digest, record };
      }
      return undefined;
    },
    needsKey: async () => own.length > 0 || isClosed(),
    async admit({ record }, contract) {
      if (record === null) return;
      if (!record.contracts.includes(contract)) throw new BonafideError('forbidden_contract');
      if (record.requestsPerMinute === null) return;
      const now = today();
      const { requests, minuteEnds } = await store.countRequest(record.id, now);
      if (requests <= record.requestsPerMinute) return;
      const seconds = Math.ceil((minuteEnds.getTime() - now.getTime()) / 1000);
      throw new BonafideError('rate_limited', undefined, { retryAfter: Math.max(seconds, 1) });
    },
  };
}

/** SHA-256 of a key, the only form in which keys are kept. */
export function digestKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Neither revoked nor expired. */
export function isUsable({ revokedAt, expiresAt }: ApiKeyRecord, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** Whether the store has any key, asked once a second at most until there is one. */
function createLookForKeys(store: ApiKeys, today: () => Date): () => Promise<boolean> {
  let known: { readonly answer: Promise<boolean>; readonly at: number } | undefined;
  let closed = false;
  return async () => {
    if (closed) return true;
    const at = today().getTime();
    if (!known || Math.abs(at - known.at) >= openFor) known = { answer: store.any(), at };
    const asked = known;
    try {
      closed ||= await asked.answer;
      return closed;
    } catch (error) {
      // No answer holds for nobody.
      if (known === asked) known = undefined;
      throw error instanceof BonafideError
        ? error
        : new BonafideError('store_unavailable', undefined, { cause: error });
    }
  };
}
