import { createHash } from 'node:crypto';
import { BonafideError } from '../errors.ts';
import type { SessionOrder, SessionRecord, Sessions } from '../stores/ports.ts';
import type { Caller } from './api-keys.ts';
import type { Matcher } from './matcher.ts';
import { lostOutcome } from './session-outcome.ts';

/** What a relying party asks of a session; what is left out is as it is by default. */
export interface SessionWish extends Partial<SessionOrder> {
  /** Whom the face is compared with. */
  readonly userId?: string | undefined;
  /** Seconds within which the stream must be opened first. */
  readonly expiresIn?: number | undefined;
}

/** A session that was just made. */
export interface IssuedSession {
  readonly id: string;
  /** The session's id, a dot, and 256 random bits in base64url; only a hash of it is kept. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** A session as its relying party sees it. */
export interface SessionView extends Omit<SessionRecord, 'status'> {
  /** `expired`: nobody has begun it in time. */
  readonly status: SessionRecord['status'] | 'expired';
}

/** The backend's side of the native sessions; null is the caller of a server without keys. */
export interface LivenessSessions {
  /**
   * Makes a session, durably.
   *
   * @throws BonafideError `too_many_unused_sessions`, `user_not_found`, `invalid_request`, `store_unavailable`
   */
  open(caller: Caller | null, wish: SessionWish): Promise<IssuedSession>;
  /**
   * How a session stands. Keys of the setting see those of all keys, others their own.
   *
   * @throws BonafideError `session_not_found`, `store_unavailable`
   */
  read(caller: Caller | null, id: string): Promise<SessionView>;
  /**
   * Ends a session, if it runs, and forgets it. One that runs on another server goes on there to its end, but nothing is
   * kept of it.
   *
   * @throws as `read`
   */
  forget(caller: Caller | null, id: string): Promise<void>;
  /** How many have been made since the start. */
  opened(): number;
}

/** What the sessions are made of. */
export interface LivenessSessionsParts {
  readonly store: Sessions;
  readonly matcher: Pick<Matcher, 'requireEnrolled'>;
  /** Ends a session that runs here. */
  readonly cancel: (id: string) => void;
  /** Turns that are asked for by default. */
  readonly directions: number;
  /** Unused sessions that a key may have. */
  readonly mostUnused: number;
  readonly today: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** Seconds within which a stream must be opened by default: as long as sessions of the KYC contract last. */
const defaultExpiry = 600;

/** Sessions in a store, which servers may share. */
export function createLivenessSessions(parts: LivenessSessionsParts): LivenessSessions {
  const { store, matcher, cancel, directions, mostUnused, today, randomBytes } = parts;
  let opened = 0;

  /** Who was erased while the session was made shall not be named in it. */
  async function stillEnrolled(userId: string, id: string): Promise<void> {
    try {
      await matcher.requireEnrolled(userId);
    } catch (error) {
      await store.remove(id, null, today());
      throw error;
    }
  }

  return {
    async open(caller, { userId, expiresIn = defaultExpiry, ...wish }) {
      if (userId !== undefined) await matcher.requireEnrolled(userId);
      const createdAt = today();
      const id = randomBytes(16).toString('hex');
      const token = `${id}.${randomBytes(32).toString('base64url')}`;
      const expiresAt = new Date(createdAt.getTime() + expiresIn * 1000);
      const order: SessionOrder = {
        checks: wish.checks ?? ['challenge'],
        directions: wish.directions ?? directions,
        language: wish.language ?? null,
        reconnect: wish.reconnect ?? true,
        detail: wish.detail ?? false,
      };
      const session = { id, keyId: keyOf(caller), order, userId: userId ?? null, createdAt, expiresAt };
      if (!(await store.create(session, hashOfToken(token), mostUnused)))
        throw new BonafideError('too_many_unused_sessions');
      if (userId !== undefined) await stillEnrolled(userId, id);
      opened++;
      return { id, token, expiresAt };
    },
    async read(caller, id) {
      requireId(id);
      let record = await store.find(id, scopeOf(caller));
      if (record && isOverdue(record, today()) && (await store.endLost(lostOutcome, today(), 'overdue')) > 0)
        record = await store.find(id, scopeOf(caller));
      if (!record) throw new BonafideError('session_not_found');
      const isExpired = record.status === 'created' && record.expiresAt <= today();
      return isExpired ? { ...record, status: 'expired' } : record;
    },
    async forget(caller, id) {
      requireId(id);
      // Before it is ended: what it came to is not kept.
      if (!(await store.remove(id, scopeOf(caller), today()))) throw new BonafideError('session_not_found');
      cancel(id);
    },
    opened: () => opened,
  };
}

/** Whether its server is gone, for it says no more how the session went. */
export function isOverdue({ runsUntil }: SessionRecord, now: Date): boolean {
  return runsUntil !== null && runsUntil <= now;
}

/** What every token looks like. */
const tokenShape = /^[0-9a-f]{32}\.[\w-]{43}$/;

/** Whether this may be the token of this session: what cannot be one, the store is not asked for. */
export function isTokenOf(id: string, token: string): boolean {
  return tokenShape.test(token) && token.startsWith(`${id}.`);
}

/** What cannot be an id, the store is not asked for either: PostgreSQL takes not every text. */
function requireId(id: string): void {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new BonafideError('session_not_found');
}

/** SHA-256 of a token, the only form in which it is kept: it is 256 random bits, which no slow hash makes harder to guess. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Who makes the sessions of a server without keys, which has one caller for all. */
export const openKey = 'open';

function keyOf(caller: Caller | null): string {
  return caller?.id ?? openKey;
}

/** Whose sessions a caller sees; null: everybody's. */
function scopeOf(caller: Caller | null): string | null {
  return caller !== null && caller.record === null ? null : keyOf(caller);
}
