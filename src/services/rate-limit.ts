/**
 * A token bucket that holds one second's worth: bursts are fine, a steady flood is not.
 *
 * @param perSecond how many may come a second; less than one a second is fine too
 * @param now milliseconds of any steadily growing clock
 * @returns whether one more may come now; asking counts as coming where it may
 */
export function createRateLimit(perSecond: number, now: () => number): () => boolean {
  const capacity = Math.max(perSecond, 1);
  let tokens = capacity;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(tokens + ((at - filledAt) / 1000) * perSecond, capacity);
    filledAt = at;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
