import type { Enrolments } from '../stores/ports.ts';
import { everyMinute } from './every-minute.ts';

/**
 * Erases expired templates, and what erasures leave in the database's files: at once, and then every minute. What has
 * expired matches nobody from that moment on, swept or not.
 *
 * @param onError is told why a sweep failed; the next one comes all the same
 * @returns ends it
 */
export function keepSwept(
  enrolments: Pick<Enrolments, 'sweep' | 'clean'>,
  now: () => Date,
  onError: (error: unknown) => void,
): () => void {
  return everyMinute(async () => {
    await enrolments.sweep(now());
    await enrolments.clean();
  }, onError);
}
