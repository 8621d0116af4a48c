import type { Enrolments } from '../stores/ports.ts';

/** Milliseconds between two sweeps. What has expired matches nobody from that moment on, swept or not. */
const sweepInterval = 60_000;

/**
 * Erases expired templates, and what erasures leave in the database's files: at once, and then every minute.
 *
 * @param onError is told why a sweep failed; the next one comes all the same
 * @returns ends it
 */
export function keepSwept(
  enrolments: Pick<Enrolments, 'sweep' | 'clean'>,
  now: () => Date,
  onError: (error: unknown) => void,
): () => void {
  let sweeping = false;
  const sweep = async () => {
    if (sweeping) return;
    sweeping = true;
    try {
      await enrolments.sweep(now());
      await enrolments.clean();
    } catch (error) {
      onError(error);
    } finally {
      sweeping = false;
    }
  };
  void sweep();
  const timer = setInterval(sweep, sweepInterval);
  timer.unref();
  return () => clearInterval(timer);
}
