/** How many bytes of strangers' uploads may be in memory at once, whoever holds them. */
export interface ByteBudget {
  /**
   * Takes so many bytes. What is larger than the budget by itself still gets through while nothing else does.
   *
   * @returns what gives them back, once; undefined where they do not fit
   */
  take(bytes: number): (() => void) | undefined;
}

/** A budget of `limit` bytes. */
export function createByteBudget(limit: number): ByteBudget {
  let held = 0;
  return {
    take(bytes) {
      if (held > 0 && held + bytes > limit) return undefined;
      held += bytes;
      let left = bytes;
      return () => {
        held -= left;
        left = 0;
      };
    },
  };
}
