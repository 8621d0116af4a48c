import type { Sessions } from '../stores/ports.ts';
import { everyMinute } from './every-minute.ts';
import { lostOutcome } from './session-outcome.ts';

const day = 86_400_000;

/**
 * Ends the sessions of servers that are gone, and forgets what is old, at once and then every minute.
 *
 * @param resultDays for which what came of sessions is kept; one that nobody began is kept for a day after it has expired
 * @param onError is told why it failed; the next try comes all the same
 * @returns ends it
 */
export function keepSessionsSwept(
  sessions: Pick<Sessions, 'endLost' | 'sweep'>,
  resultDays: number,
  today: () => Date,
  onError: (error: unknown) => void,
): () => void {
  return everyMinute(async () => {
    const now = today();
    await sessions.endLost(lostOutcome, now, 'overdue');
    const before = (milliseconds: number) => new Date(now.getTime() - milliseconds);
    await sessions.sweep({ endedBefore: before(resultDays * day), expiredBefore: before(day) });
  }, onError);
}

/** Ends what ran when a server died that had its database for itself; at its next start. */
export async function endLostSessions(sessions: Pick<Sessions, 'endLost'>, now: Date): Promise<void> {
  await sessions.endLost(lostOutcome, now, 'all');
}
