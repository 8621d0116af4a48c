/** What services and plugins ask of the stores; `open-stores.ts` makes them, each over one `Sql`. */
export interface Stores {
  readonly apiKeys: ApiKeys;
  readonly sessionTokens: SessionTokens;
  close(): Promise<void>;
}

/** The contracts that a key may be limited to. */
export const contractNames = ['passive', 'challenge', 'frames', 'kyc', 'recognition'] as const;

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
  /** Checks that a session token of this key is good for. */
  readonly sessionUses: number;
  /** Lifetime of a session token, in seconds. */
  readonly sessionSeconds: number;
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
  /** Whether any key could be used now: then the server is not open. */
  anyUsable(now: Date): Promise<boolean>;
  /** Counts one more request of a key in the minute that `now` is in; returns how many there are, this one included. */
  countRequest(id: string, now: Date): Promise<number>;
}

/** Tokens of KYC sessions, by the SHA-256 of each. */
export interface SessionTokens {
  issue(tokenHash: Uint8Array, token: { keyId: string; uses: number; expiresAt: Date }): Promise<void>;
  /** Takes one use of a token, of which each exists once whoever else asks at the same moment. */
  use(tokenHash: Uint8Array, keyId: string, now: Date): Promise<'used' | 'unknown' | 'used_up'>;
  /** Gives a use back that was not the client's fault to lose. */
  giveBack(tokenHash: Uint8Array): Promise<void>;
  /** Forgets what has expired. */
  sweep(now: Date): Promise<void>;
}
