import { createHash } from 'node:crypto';
import { BonafideError } from '../errors.ts';
import type { SessionTokens } from '../stores/ports.ts';
import type { Caller } from './api-keys.ts';

/** A session that was just opened. */
export interface IssuedSession {
  /** 256 random bits in base64url; only its hash is kept. */
  readonly token: string;
  readonly uses: number;
  readonly expiresAt: Date;
}

/** One use of a token, taken. */
export interface SessionUse {
  /** Makes it as if it had not been taken; once. */
  giveBack(): Promise<void>;
}

/** Sessions of the KYC contract: tokens that are good for a few checks, by whoever holds the key too. */
export interface SelfieSessions {
  /** @throws BonafideError `store_unavailable` */
  open(caller: Caller): Promise<IssuedSession>;
  /**
   * Takes one use of the token that was sent, before anything is done for it. Null where none was sent and none is
   * required; one that is sent counts, required or not.
   *
   * @throws BonafideError `session_unknown` (also: missing, expired, of another key), `session_used_up`,
   *   `store_unavailable`
   */
  take(caller: Caller, token: string | undefined): Promise<SessionUse | null>;
}

/** What holds for keys whose record does not say otherwise. */
export interface SelfieSessionOptions {
  /** Holders of a key of the setting must send a token. */
  readonly required: boolean;
  readonly uses: number;
  readonly seconds: number;
}

/** What the sessions are made of. */
export interface SelfieSessionParts {
  readonly store: SessionTokens;
  readonly today: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** Sessions in a store, which servers may share. */
export function createSelfieSessions(
  options: SelfieSessionOptions,
  { store, today, randomBytes }: SelfieSessionParts,
): SelfieSessions {
  return {
    async open(caller) {
      const now = today();
      const uses = caller.record?.sessionUses ?? options.uses;
      const seconds = caller.record?.sessionSeconds ?? options.seconds;
      const expiresAt = new Date(now.getTime() + seconds * 1000);
      const token = randomBytes(32).toString('base64url');
      await store.sweep(now);
      await store.issue(hashOf(caller, token), { keyId: caller.id, uses, expiresAt });
      return { token, uses, expiresAt };
    },
    async take(caller, token) {
      if (!token) {
        if (caller.record?.requiresSession ?? options.required) throw new BonafideError('session_unknown');
        return null;
      }
      const hash = hashOf(caller, token);
      const outcome = await store.use(hash, caller.id, today());
      if (outcome === 'unknown') throw new BonafideError('session_unknown');
      if (outcome === 'used_up') throw new BonafideError('session_used_up');
      let taken = true;
      return {
        async giveBack() {
          if (!taken) return;
          taken = false;
          await store.giveBack(hash);
        },
      };
    },
  };
}

/**
 * What a token is kept under. The key is part of it, so that a token is worth nothing to holders of another one, also
 * among the keys of the setting, which have no ids. The token's own randomness keeps either from being guessed.
 */
function hashOf({ digest }: Caller, token: string): Buffer {
  return createHash('sha256').update(digest).update(token).digest();
}
