import { setTimeout as pause } from 'node:timers/promises';
import type { SessionFailureReason } from '../decisions/challenge/machine.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import type { SessionOrder, SessionOutcome, SessionRecord, Sessions } from '../stores/ports.ts';
import type { ChallengeMessage, MessageContext, SessionSummary } from './challenge-client.ts';
import type { ChallengeSessions } from './challenge-sessions.ts';
import { openKey } from './liveness-sessions.ts';
import type { Matcher } from './matcher.ts';
import { judgeSession } from './session-outcome.ts';

export type { SessionFailureReason } from '../decisions/challenge/machine.ts';

/** What the client of a native session is told. */
export interface StreamWord {
  readonly message: Omit<ChallengeMessage, 'reason'> & { readonly reason?: SessionFailureReason };
  readonly context: MessageContext;
  readonly order: SessionOrder;
}

/** How a session ended. */
export interface StreamEnd {
  /** Null: it passed. */
  readonly reason: SessionFailureReason | null;
  readonly summary: SessionSummary;
  /** Of the API key that it was made with; null where nobody needed one. */
  readonly keyId: string | null;
}

/** One connection of a client. */
export interface StreamClient {
  tell(word: StreamWord): void;
  /** The session is over, and its last message told. Said to one connection alone, which may be gone by then. */
  end(end: StreamEnd): void;
  /** Whether anybody is at the other end still: a network that is gone says nothing. Takes two seconds at most. */
  isThere(): Promise<boolean>;
  /** Ends the connection without a word: another one takes its place. */
  cut(): void;
  /** The server made a mistake. */
  fail(error: unknown): void;
}

/** The place of one connection in its session. */
export interface StreamSeat {
  /** As `ChallengeSession.takeFrame`. */
  takeFrame(bytes: number, read: () => Uint8Array): void;
  /** The client has broken the protocol of WebSockets: the session fails. */
  breakOff(): void;
  /** The connection is gone. */
  leave(): void;
}

/** What a native session needs to run. */
export interface RunSessionParts {
  readonly store: Pick<Sessions, 'end' | 'find'>;
  readonly challenges: Pick<ChallengeSessions, 'open'>;
  readonly matcher: Pick<Matcher, 'verify'>;
  /** How long a client that was lost may take to come back, in milliseconds. */
  readonly reconnectTimeout: number;
  readonly today: () => Date;
}

/** A native session that runs on this server. */
export interface RunningSession {
  /** Of the client who began it. */
  readonly seat: StreamSeat;
  /** What came of it, once that is kept and told; null: nothing is kept, for it was deleted, or could not be written. */
  readonly outcome: Promise<SessionOutcome | null>;
  /**
   * Opens the stream again. The client hears the first message before this returns.
   *
   * @throws BonafideError `session_in_use`, `session_used_up`
   */
  rejoin(client: StreamClient): Promise<StreamSeat>;
  /** Gives it up. */
  cancel(): void;
}

/** How often a result is tried to be written, and the pause between two tries in milliseconds: databases restart. */
const writing = { tries: 4, pause: 1_000 };

/**
 * Runs one native session: the challenge, the connections it is held over one after the other, and what is kept of it.
 * What came of it is kept before the client hears of it. The client hears the first message before this returns.
 */
export function runSession(
  { store, challenges, matcher, reconnectTimeout, today }: RunSessionParts,
  { id, order, userId, keyId }: SessionRecord,
  first: StreamClient,
): RunningSession {
  let seated: StreamClient | null = first;
  let lastWord: StreamWord | undefined;
  let models: readonly ModelIdentity[] = [];
  let isOver = false;
  let report: (summary: SessionSummary) => void;
  const summary = new Promise<SessionSummary>((resolve) => {
    report = resolve;
  });
  const challenge = challenges.open(
    {
      tell(message, context) {
        models = context.facts?.models ?? models;
        const word = { message, context, order };
        // What it says may depend on whose face it is, and is true only once it is kept.
        if (isLast(message)) lastWord = word;
        else seated?.tell(word);
      },
      end(summary) {
        isOver = true;
        report(summary);
      },
      fail: (error) => (seated ?? first).fail(error),
    },
    {
      requiredSuccesses: order.directions,
      oneInFlight: true,
      ...(order.detail && { alsoMeasure: ['eyes'] }),
    },
  );

  async function finish(summary: SessionSummary): Promise<SessionOutcome | null> {
    let kept: SessionOutcome | null = null;
    let reason: SessionFailureReason | null = 'internal_error';
    try {
      kept = await keep(summary);
      reason = kept === null ? 'cancelled' : reasonOf(kept);
    } catch (error) {
      (seated ?? first).fail(error);
    }
    seated?.tell(withReason(lastWord!, reason));
    (seated ?? first).end({ reason, summary, keyId: keyId === openKey ? null : keyId });
    return kept;
  }

  /** Null where the session was deleted. */
  async function keep(summary: SessionSummary): Promise<SessionOutcome | null> {
    const seen = { summary, hint: lastWord?.message.hint, models, userId };
    for (let tries = 1; ; tries++) {
      try {
        const outcome = await judgeSession(seen, matcher);
        if (await store.end(id, outcome, today())) return outcome;
        // A try before may have been kept without an answer.
        return (await store.find(id, null))?.outcome ?? null;
      } catch (error) {
        const isOutage = error instanceof BonafideError && error.code === 'store_unavailable';
        if (!isOutage || tries === writing.tries) throw error;
        await pause(writing.pause);
      }
    }
  }

  function lose(): void {
    seated = null;
    if (order.reconnect && reconnectTimeout > 0) challenge.interrupt(reconnectTimeout);
    else challenge.abort('connection_lost');
  }

  function seatOf(client: StreamClient): StreamSeat {
    const whileSeated = (work: () => void) => {
      if (seated === client) work();
    };
    return {
      takeFrame: (bytes, read) => whileSeated(() => challenge.takeFrame(bytes, read)),
      breakOff: () => whileSeated(() => challenge.abort('invalid_frame')),
      leave: () => whileSeated(lose),
    };
  }

  return {
    seat: seatOf(first),
    outcome: summary.then(finish),
    async rejoin(client) {
      const before = seated;
      if (before !== null && !isOver) {
        if (await before.isThere()) throw new BonafideError('session_in_use');
        if (seated === before) {
          before.cut();
          lose();
        }
      }
      if (isOver) throw new BonafideError('session_used_up');
      if (seated !== null) throw new BonafideError('session_in_use');
      seated = client;
      challenge.resume();
      return seatOf(client);
    },
    cancel: () => challenge.abort('cancelled'),
  };
}

function isLast({ type }: ChallengeMessage): boolean {
  return type === 'complete' || type === 'failed';
}

function reasonOf({ status, reason }: SessionOutcome): SessionFailureReason | null {
  return status === 'passed' ? null : (reason as SessionFailureReason);
}

/** The last word, where the challenge is not all that decides. */
function withReason(word: StreamWord, reason: SessionFailureReason | null): StreamWord {
  if (reason === null) return word;
  const { message } = word;
  const isComplete = message.type === 'complete';
  return {
    ...word,
    message: {
      ...message,
      type: 'failed',
      ...(isComplete && { state: 'WAITING_CENTER', instruction: 'CENTER', live: false }),
      reason,
    },
  };
}
