/** The active checks a passive verdict asked for: each has an id that works once, for a while. */
export interface ActiveChecks {
  /** Opens a check and returns its id: 128 random bits, base64url (22 characters). */
  open(): string;
  /** Uses an id up; false when it was never issued, is used already, or has expired. */
  redeem(id: string): boolean;
}

/** Where the ids come from and how long they last. */
export interface ActiveCheckOptions {
  /** Milliseconds of any steadily growing clock. */
  readonly now: () => number;
  /** A source of secure randomness: so many bytes. */
  readonly randomBytes: (size: number) => Buffer;
  /** Milliseconds an id lives; five minutes (seed 000's flow in one sitting) unless told otherwise. */
  readonly lifetime?: number;
  /** Ids held at once, the oldest dropped first: 100,000 of them take about 15 MB. */
  readonly capacity?: number;
}

/** Keeps active checks in the memory of this process: a restart forgets them. */
export function createActiveChecks(options: ActiveCheckOptions): ActiveChecks {
  const { now, randomBytes, lifetime = 5 * 60_000, capacity = 100_000 } = options;
  // A Map iterates in the order of insertion, so the first entry is the oldest.
  const expiries = new Map<string, number>();

  function dropOldest(): void {
    for (const [id, expiry] of expiries) {
      if (expiry > now() && expiries.size < capacity) return;
      expiries.delete(id);
    }
  }

  return {
    open() {
      dropOldest();
      const id = randomBytes(16).toString('base64url');
      expiries.set(id, now() + lifetime);
      return id;
    },
    redeem(id) {
      const expiry = expiries.get(id);
      expiries.delete(id);
      return expiry !== undefined && expiry > now();
    },
  };
}
