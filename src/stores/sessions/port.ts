import type { ModelIdentity } from '../../decisions/facts.ts';

/** What a session was asked to be. */
export interface SessionOrder {
  readonly checks: readonly 'challenge'[];
  /** Turns to be asked for. */
  readonly directions: number;
  /** Null: whatever the client of the stream asks for. */
  readonly language: 'en' | 'id' | 'pt' | 'uz' | null;
  /** A stream that was lost may be opened again. */
  readonly reconnect: boolean;
  /** The stream tells what the server sees. */
  readonly detail: boolean;
}

/** How a face compares with a template; distances on the common scale of all models. */
export interface SessionMatch {
  readonly match: boolean;
  readonly distance: number;
  readonly similarity: number;
  readonly threshold: number;
}

/** A code and the numbers that go with it. */
export interface SessionRemark {
  readonly code: string;
  readonly [name: string]: string | number | null;
}

/** What came of a session. It holds nothing biometric, and names nobody. */
export interface SessionOutcome {
  readonly status: 'passed' | 'failed' | 'inconclusive';
  /** Why it is not `passed`. */
  readonly reason: string | null;
  /** What bore on it besides: what kept the face from being judged for instance. */
  readonly remarks: readonly SessionRemark[];
  /** 0..1; null where no net that counts scored the face. */
  readonly liveProbability: number | null;
  /** Null where nobody was to be compared, or could be. */
  readonly match: SessionMatch | null;
  /** Frames that were looked at. */
  readonly frames: number;
  readonly models: readonly Pick<ModelIdentity, 'role' | 'name' | 'sha256'>[];
}

/** A session that is to be made. */
export interface NewSession {
  /** Random and public. */
  readonly id: string;
  /** Who makes it: the id of an API key. */
  readonly keyId: string;
  readonly order: SessionOrder;
  /** Whom the face is compared with; null: nobody. Forgotten at the end. */
  readonly userId: string | null;
  readonly createdAt: Date;
  /** Until then its stream must be opened first. */
  readonly expiresAt: Date;
}

/** A session as it stands. */
export interface SessionRecord extends NewSession {
  readonly status: 'created' | 'running' | SessionOutcome['status'];
  readonly startedAt: Date | null;
  /** While it runs: when it has ended for certain, or its server is gone. */
  readonly runsUntil: Date | null;
  readonly endedAt: Date | null;
  /** Null until it has ended. */
  readonly outcome: SessionOutcome | null;
}

/** What can happen to a session, in the audit trail. */
export type SessionEventName = 'session_opened' | 'session_ended' | 'session_deleted';

/**
 * Sessions of the native API. Each is written to the audit trail, in the same transaction or statement, when it is made,
 * when it ends and when it is deleted, without the person's id.
 */
export interface Sessions {
  /** False where the key has `mostUnused` already that are neither begun nor expired. */
  create(session: NewSession, tokenHash: Uint8Array, mostUnused: number): Promise<boolean>;
  /** @param keyId whose it must be; null: anybody's */
  find(id: string, keyId: string | null): Promise<SessionRecord | undefined>;
  findByToken(id: string, tokenHash: Uint8Array): Promise<SessionRecord | undefined>;
  /**
   * Begins a session that was neither begun nor has expired; of several who come at once exactly one does.
   *
   * @param runsUntil when it has ended for certain: where nobody has said so by then, its server is gone
   */
  begin(id: string, tokenHash: Uint8Array, now: Date, runsUntil: Date): Promise<boolean>;
  /** Ends a session that runs; false where it does not: it was deleted, or taken for lost. */
  end(id: string, outcome: SessionOutcome, now: Date): Promise<boolean>;
  /**
   * Ends the sessions whose server is gone with `outcome`.
   *
   * @param whose `overdue`: those whose time was over long ago; `all`: every one that runs, at the start of a server that has
   *   its database for itself
   * @returns how many
   */
  endLost(outcome: SessionOutcome, now: Date, whose: 'overdue' | 'all'): Promise<number>;
  /** Forgets a session; false where there is none of this key, or, for null, of anybody's. */
  remove(id: string, keyId: string | null, now: Date): Promise<boolean>;
  /**
   * Forgets some of the sessions that ended before `endedBefore`, events as old, and some of the sessions that expired
   * before `expiredBefore` without having begun; servers that share a database may do so at once.
   */
  sweep(times: { readonly endedBefore: Date; readonly expiredBefore: Date }): Promise<void>;
}
