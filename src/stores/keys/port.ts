/** The contracts that a key may be limited to. */
export const contractNames = [
  'passive',
  'challenge',
  'frames',
  'kyc',
  'recognition',
  'sessions',
  'console',
] as const;

export type ContractName = (typeof contractNames)[number];

/** An API key that is kept in the store: everything but the key, of which there is only a hash. */
export interface ApiKeyRecord {
  /** Short and public, for lists and logs. */
  readonly id: string;
  /** Whose it is, in the operator's words. */
  readonly label: string;
  readonly contracts: readonly ContractName[];
  /** The KYC contract asks for a session token besides. */
  readonly requiresSession: boolean;
  /** Checks that a session token of this key is good for; null: as the settings say. */
  readonly sessionUses: number | null;
  /** Lifetime of a session token, in seconds; null: as the settings say. */
  readonly sessionSeconds: number | null;
  /** Null: as many as it likes. */
  readonly requestsPerMinute: number | null;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** The keys of the store, by the SHA-256 of each. */
export interface ApiKeys {
  create(record: ApiKeyRecord, keyHash: Uint8Array): Promise<void>;
  /** The record of a key, also of an expired or revoked one. */
  find(keyHash: Uint8Array): Promise<ApiKeyRecord | undefined>;
  list(): Promise<readonly ApiKeyRecord[]>;
  /** False where there is no such key, or it is revoked already. */
  revoke(id: string, now: Date): Promise<boolean>;
  /** Whether there is any key, usable or not: that the last one expires must not open the server to everybody. */
  any(): Promise<boolean>;
  /**
   * Counts one more request of a key. Its minute begins with the first request after the minute before was over, so
   * that a burst never falls into two.
   */
  countRequest(id: string, now: Date): Promise<CountedRequests>;
}

/** The requests of a key in the minute under way. */
export interface CountedRequests {
  /** How many there are, the one just counted included. */
  readonly requests: number;
  readonly minuteEnds: Date;
}

/** Tokens of KYC sessions, by the SHA-256 of each. */
export interface SessionTokens {
  issue(tokenHash: Uint8Array, token: { keyId: string; uses: number; expiresAt: Date }): Promise<void>;
  /** Takes one use of a token, of which each exists once whoever else asks at the same moment. */
  use(tokenHash: Uint8Array, keyId: string, now: Date): Promise<'used' | 'unknown' | 'used_up'>;
  /** Gives a use back that was not the client's fault to lose. */
  giveBack(tokenHash: Uint8Array): Promise<void>;
  /** Forgets some of what has expired; servers that share a database may do so at once. */
  sweep(now: Date): Promise<void>;
}
