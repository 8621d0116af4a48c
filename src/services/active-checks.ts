import type { Embedding } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';

/**
 * The active checks that a passive verdict asked for: each has an id that works once, for a while, and
 * remembers whose face the picture showed. Faces are kept in memory alone, and overwritten as soon as their
 * id is used or has expired.
 */
export interface ActiveChecks {
  /** Opens a check and returns its id: 128 random bits, base64url (22 characters). */
  open(selfie: Embedding): string;
  /**
   * Judges with the check of this id, which is used up when `judge` returns. From the call on nobody else can
   * use the id, and it does not expire: a clip that takes its time to arrive is in time if it began so. When
   * `judge` throws (the upload fails, the clip is damaged, the server busy) the id works again until it expires.
   *
   * @throws BonafideError `check_not_found`: never issued, used, in use or expired; and all that `judge` throws
   */
  redeem<T>(id: string, judge: (selfie: Embedding) => Promise<T>): Promise<T>;
  /** Overwrites every face and forgets every id. */
  close(): void;
}

/** Where the ids come from and how long they last. */
export interface ActiveCheckOptions {
  /** Milliseconds of any steadily growing clock. */
  readonly now: () => number;
  /** A source of secure randomness: so many bytes. */
  readonly randomBytes: (size: number) => Buffer;
  /** Milliseconds an id lives; five minutes (seed 000's flow in one sitting) unless told otherwise. */
  readonly lifetime?: number;
  /** Ids held at once, the oldest dropped first: 50,000 of them take about 40 MB with their faces. */
  readonly capacity?: number;
}

interface OpenCheck {
  readonly selfie: Embedding;
  readonly expiry: number;
  inUse: boolean;
}

/** Keeps active checks in the memory of this process: a restart forgets them. */
export function createActiveChecks(options: ActiveCheckOptions): ActiveChecks {
  const { now, randomBytes, lifetime = 5 * 60_000, capacity = 50_000 } = options;
  // A Map iterates in the order of insertion, so the first entry is the oldest.
  const checks = new Map<string, OpenCheck>();
  let sweep: NodeJS.Timeout | undefined;

  function forget(id: string): void {
    checks.get(id)?.selfie.vector.fill(0);
    checks.delete(id);
  }

  function forgetExpired(): void {
    for (const [id, { expiry, inUse }] of checks) {
      if (expiry > now()) return;
      // A clip that is being judged when its id expires is judged to the end.
      if (!inUse) forget(id);
    }
  }

  /** Faces must not outlast their ids because nobody asks: the oldest wakes this up when it expires. */
  function scheduleSweep(): void {
    const [oldest] = checks.values();
    if (sweep !== undefined || oldest === undefined) return;
    const wait = Math.max(oldest.expiry - now(), 1_000);
    sweep = setTimeout(() => {
      sweep = undefined;
      forgetExpired();
      scheduleSweep();
    }, wait).unref();
  }

  return {
    open(selfie) {
      forgetExpired();
      for (const [id, { inUse }] of checks) {
        if (checks.size < capacity) break;
        if (!inUse) forget(id);
      }
      const id = randomBytes(16).toString('base64url');
      const copy = { ...selfie, vector: selfie.vector.slice() };
      checks.set(id, { selfie: copy, expiry: now() + lifetime, inUse: false });
      scheduleSweep();
      return id;
    },
    async redeem(id, judge) {
      const check = checks.get(id);
      if (!check || check.inUse || check.expiry <= now()) throw new BonafideError('check_not_found');
      check.inUse = true;
      try {
        const judgement = await judge(check.selfie);
        forget(id);
        return judgement;
      } finally {
        check.inUse = false;
      }
    },
    close() {
      clearTimeout(sweep);
      sweep = undefined;
      for (const id of [...checks.keys()]) forget(id);
    },
  };
}
