const minute = 60_000;

/**
 * Does something at once, and then every minute; what takes longer is not joined by another of its kind.
 *
 * @param onError is told why it failed; the next one comes all the same
 * @returns ends it
 */
export function everyMinute(work: () => Promise<unknown>, onError: (error: unknown) => void): () => void {
  let working = false;
  const once = async () => {
    if (working) return;
    working = true;
    try {
      await work();
    } catch (error) {
      onError(error);
    } finally {
      working = false;
    }
  };
  void once();
  const timer = setInterval(once, minute);
  timer.unref();
  return () => clearInterval(timer);
}
