import { randomInt } from 'node:crypto';
import { drawDirections } from '../decisions/challenge/draw-directions.ts';
import { BonafideError } from '../errors.ts';
import type { ChallengeClient, FrameCounts, SessionSummary } from './challenge-client.ts';
import { createFrameScheduler } from './frame-scheduler.ts';
import {
  type ChallengeOptions,
  type ChallengeSession,
  type DrawDirections,
  runChallenge,
  type SessionTerms,
} from './run-challenge.ts';

export type { DrawDirections } from './run-challenge.ts';

/** What all sessions of one server are made of. */
export interface ChallengeSessionsOptions extends Omit<ChallengeOptions, 'drawDirections'> {
  /** Sessions at once. */
  readonly maxSessions: number;
  /** Default: by `crypto.randomInt`, as `drawDirections` of the decisions says. */
  readonly drawDirections?: DrawDirections | undefined;
}

/** What all sessions since the start add up to. */
export interface ChallengeFigures {
  readonly open: number;
  /** Ended sessions by outcome and, for `failed`, reason. */
  readonly ended: readonly (Pick<SessionSummary, 'outcome' | 'reason'> & { readonly sessions: number })[];
  /** Of ended sessions and of those under way. */
  readonly frames: FrameCounts;
}

/** All challenge sessions of one server. */
export interface ChallengeSessions {
  /**
   * Admits one more client.
   *
   * @returns what gives the place back
   * @throws BonafideError `too_many_sessions` or `shutting_down`
   */
  admit(): () => void;
  /**
   * Opens a session for an admitted client, who hears the first message before this returns; and also the
   * last one where all sessions were closed since they were admitted.
   */
  open(client: ChallengeClient, terms?: SessionTerms): ChallengeSession;
  /** Ends all sessions with `shutting_down` and admits nobody any more. */
  close(): void;
  figures(): ChallengeFigures;
  /** Has `listener` hear of each frame that was looked at how long it took to its answer, in milliseconds. */
  onAnswer(listener: (milliseconds: number) => void): void;
}

/** Runs the challenges of all clients: their clocks, their randomness, their turns at perception. */
export function createChallengeSessions(options: ChallengeSessionsOptions): ChallengeSessions {
  const { perception, now, maxSessions } = options;
  const draw =
    options.drawDirections ?? ((count: number) => drawDirections(count, (limit) => randomInt(limit)));
  const scheduler = createFrameScheduler({
    // A frame for each process: others' requests get through between frames, and no frame waits long.
    slots: () => Math.max(perception.load().processes, 1),
    minInterval: 1000 / options.maxFrameRate,
    now,
  });
  const sessions = new Set<ChallengeSession>();
  const ended = new Map<string, ChallengeFigures['ended'][number]>();
  const frames = { taken: 0, dropped: 0, refused: 0 };
  const listeners: ((milliseconds: number) => void)[] = [];
  let admitted = 0;
  let closed = false;

  function count({ outcome, reason }: SessionSummary): void {
    const key = `${outcome} ${reason}`;
    const sessions = (ended.get(key)?.sessions ?? 0) + 1;
    ended.set(key, { outcome, ...(reason && { reason }), sessions });
  }

  return {
    admit() {
      if (closed) throw new BonafideError('shutting_down');
      if (admitted >= maxSessions) throw new BonafideError('too_many_sessions');
      admitted++;
      return () => {
        admitted--;
      };
    },
    open(client, terms) {
      const listener = {
        ...client,
        end(summary: SessionSummary) {
          sessions.delete(session);
          count(summary);
          client.end(summary);
        },
        onAnswer(milliseconds: number) {
          for (const listener of listeners) listener(milliseconds);
        },
        onFrame(fate: keyof FrameCounts) {
          frames[fate]++;
        },
      };
      const session = runChallenge({ ...options, drawDirections: draw }, scheduler, listener, terms);
      sessions.add(session);
      if (closed) session.abort('shutting_down');
      return session;
    },
    close() {
      closed = true;
      for (const session of sessions) session.abort('shutting_down');
    },
    figures: () => ({ open: sessions.size, ended: [...ended.values()], frames: { ...frames } }),
    onAnswer: (listener) => void listeners.push(listener),
  };
}
