import { BonafideError } from '../errors.ts';
import type { SessionOutcome, SessionRecord, Sessions } from '../stores/ports.ts';
import type { ChallengeSessions } from './challenge-sessions.ts';
import { hashOfToken, isOverdue, isTokenOf } from './liveness-sessions.ts';
import {
  type RunningSession,
  type RunSessionParts,
  runSession,
  type StreamClient,
  type StreamSeat,
} from './run-session.ts';
import { lostOutcome } from './session-outcome.ts';

/** Ended sessions by status and reason. */
export interface EndedSessions extends Pick<SessionOutcome, 'status' | 'reason'> {
  readonly sessions: number;
}

/** The clients' side of the native sessions. */
export interface SessionStreams {
  /**
   * Opens the stream of a session, or opens it again. The client hears the first message before this returns.
   *
   * @throws BonafideError `session_unknown` (also: expired before it began), `session_in_use` (also: it runs on another
   *   server), `session_used_up`, `too_many_sessions`, `shutting_down`, `store_unavailable`
   */
  join(id: string, token: string, client: StreamClient): Promise<StreamSeat>;
  /** Ends a session that runs here with `cancelled`. */
  cancel(id: string): void;
  /** Ends all sessions; returns when what came of them is kept. */
  close(): Promise<void>;
  /** What came of sessions since the start. */
  ended(): readonly EndedSessions[];
}

/** What the streams are made of. */
export interface SessionStreamsParts extends RunSessionParts {
  readonly store: Sessions;
  readonly challenges: Pick<ChallengeSessions, 'admit' | 'open' | 'close'>;
  /** Longest time for a whole session, in milliseconds. */
  readonly sessionTimeout: number;
}

/**
 * Milliseconds after its time by which a session's result is kept, or its server is gone: the grace for a frame under way
 * (2 s), four tries to compare and to write with their pauses (some 23 s where a database answers late each time), and
 * clocks of servers that differ a little.
 */
const settlingTime = 30_000;

/** Runs the streams of all sessions that were opened here. */
export function createSessionStreams(parts: SessionStreamsParts): SessionStreams {
  const { store, challenges, sessionTimeout, today } = parts;
  const running = new Map<string, RunningSession>();
  const ended = new Map<string, EndedSessions>();

  function count({ status, reason }: SessionOutcome): void {
    const key = `${status} ${reason}`;
    ended.set(key, { status, reason, sessions: (ended.get(key)?.sessions ?? 0) + 1 });
  }

  async function begin(record: SessionRecord, token: Buffer, client: StreamClient): Promise<StreamSeat> {
    const giveBack = challenges.admit();
    try {
      const now = today();
      const runsUntil = new Date(now.getTime() + sessionTimeout + settlingTime);
      if (!(await store.begin(record.id, token, now, runsUntil))) throw new BonafideError('session_in_use');
    } catch (error) {
      giveBack();
      throw error;
    }
    const session = runSession(parts, record, client);
    running.set(record.id, session);
    // Whoever deleted it in the meantime has not found it here; where the database is away now, its end will tell.
    store.find(record.id, null).then(
      (kept) => kept ?? session.cancel(),
      () => {},
    );
    void session.outcome.then((outcome) => {
      running.delete(record.id);
      giveBack();
      if (outcome) count(outcome);
    });
    return session.seat;
  }

  return {
    async join(id, shownToken, client) {
      if (!isTokenOf(id, shownToken)) throw new BonafideError('session_unknown');
      const token = hashOfToken(shownToken);
      let record = await store.findByToken(id, token);
      const here = running.get(id);
      if (
        record &&
        isOverdue(record, today()) &&
        !here &&
        (await store.endLost(lostOutcome, today(), 'overdue')) > 0
      )
        record = await store.findByToken(id, token);
      if (!record) throw new BonafideError('session_unknown');
      if (record.status === 'created') {
        if (record.expiresAt <= today()) throw new BonafideError('session_unknown');
        return begin(record, token, client);
      }
      if (record.status !== 'running') throw new BonafideError('session_used_up');
      if (!here) throw new BonafideError('session_in_use', 'It runs on another server.');
      return here.rejoin(client);
    },
    cancel: (id) => running.get(id)?.cancel(),
    async close() {
      challenges.close();
      await Promise.all([...running.values()].map(({ outcome }) => outcome));
    },
    ended: () => [...ended.values()],
  };
}
