import {
  advanceChallenge,
  type ChallengeEvent,
  type ChallengeMessage,
  type ChallengeSettings,
  type ChallengeState,
  type ChallengeStep,
  type Direction,
  type FailureReason,
  type NextLook,
  nextDeadline,
  nextLook,
  startChallenge,
} from '../decisions/challenge/machine.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { ImageRequest, Measurement, Perception } from '../perception/engine.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { FrameScheduler } from './frame-scheduler.ts';
import { createRateLimit } from './rate-limit.ts';

export type { ChallengeMessage, Direction, FailureReason } from '../decisions/challenge/machine.ts';

/** Draws so many directions for one session, from a secure source. */
export type DrawDirections = (count: number) => readonly Direction[];

/** What every session is made of. */
export interface ChallengeOptions {
  readonly perception: Perception;
  readonly settings: ChallengeSettings;
  /** Frames a second that a session may send, and that are looked at. */
  readonly maxFrameRate: number;
  /** Longest silence of a client, in milliseconds. */
  readonly idleTimeout: number;
  /** Milliseconds of any steadily growing clock. */
  readonly now: () => number;
  /** What frames that wait or are analysed count against. */
  readonly budget: ByteBudget;
  readonly drawDirections: DrawDirections;
}

/** Who takes part in a session. */
export interface ChallengeClient {
  /** Hears every message; `trouble` says what was wrong with the frame that it answers, if anything. */
  tell(message: ChallengeMessage, trouble?: ErrorCode): void;
  /** The session is over; called once, after the last message. */
  end(summary: SessionSummary): void;
  /** The server made a mistake; the session ends with `internal_error`. */
  fail(error: unknown): void;
}

/** The same, who also hears what became of each frame. */
export interface ChallengeListener extends ChallengeClient {
  onFrame(fate: keyof FrameCounts): void;
  /** Milliseconds from a frame's arrival to its answer. */
  onAnswer(milliseconds: number): void;
}

/** How a session went. `left`: the client went away before it was over. */
export interface SessionSummary {
  readonly outcome: 'live' | 'failed' | 'left';
  readonly reason?: FailureReason;
  readonly frames: FrameCounts;
  readonly milliseconds: number;
}

/** What became of frames. */
export interface FrameCounts {
  /** Looked at; `refused` is a part of it. */
  readonly taken: number;
  /** Late: a newer one came before their turn; or there was no memory for them. */
  readonly dropped: number;
  /** Not a frame, or none that can be decoded. */
  readonly refused: number;
}

/** One session under way. */
export interface ChallengeSession {
  /**
   * Takes a frame that has just arrived.
   *
   * @param bytes what it holds in memory
   * @param read the encoded image; called only when the frame's turn comes, for most of a flood is dropped
   *   unread. May throw a BonafideError that says what is wrong with it.
   */
  takeFrame(bytes: number, read: () => Uint8Array): void;
  /** Ends the session with a message. */
  abort(reason: FailureReason): void;
  /** The client is gone: its work is cancelled and nothing more is said. */
  leave(): void;
}

/**
 * Unreadable frames that end a session: a broken upload or two happen, and each costs a place in the queue. A
 * judgement, not measured.
 */
const refusedFrames = 5;
/**
 * Milliseconds before the next frame is tried when perception could not take one: about one frame of a camera
 * at the 7 to 15 a second that clients are asked for, so an honest one hardly notices. A judgement, not measured.
 */
const retryPause = 100;
/**
 * Longest time for which a time-out waits for a frame that came before it, in milliseconds: what the Motion
 * issue lets a user wait for the answer to a frame.
 */
const resultGrace = 2_000;

/** What is wrong with the server rather than with the frame; the client may simply go on. */
const transient: readonly ErrorCode[] = ['busy', 'perception_lost', 'deadline_exceeded'];
/** What is said of work that nobody waits for any more. */
const moot: readonly ErrorCode[] = ['cancelled', 'shutting_down'];

interface Frame {
  /** When it arrived. */
  readonly at: number;
  /** Null: there was no memory for it, but its client still waits for an answer. */
  readonly read: (() => Uint8Array) | null;
  /** Gives back what it holds. */
  readonly release: () => void;
}

/**
 * Runs one session: its clock, its randomness, its turns at perception. The client hears the first message
 * before this returns.
 */
export function runChallenge(
  { perception, settings, maxFrameRate, idleTimeout, now, budget, drawDirections }: ChallengeOptions,
  scheduler: FrameScheduler,
  listener: ChallengeListener,
): ChallengeSession {
  const startedAt = now();
  const over = new AbortController();
  const line = scheduler.open<Frame>(analyse);
  const mayArrive = createRateLimit(maxFrameRate, now);
  const frames = { taken: 0, dropped: 0, refused: 0 };
  let heardAt = startedAt;
  let toldAt = startedAt;
  let timer: NodeJS.Timeout | undefined;
  let last: ChallengeMessage;
  let state: ChallengeState;
  move(startChallenge(settings, drawDirections(settings.requiredSuccesses), startedAt));

  function note(fate: keyof FrameCounts): void {
    frames[fate]++;
    listener.onFrame(fate);
  }

  function advance(event: ChallengeEvent): void {
    if (over.signal.aborted) return;
    // A frame may have waited past a tick; the machine's clock does not go back for it.
    toldAt = Math.max(toldAt, event.at);
    move(advanceChallenge(state, { ...event, at: toldAt }));
  }

  function move(step: ChallengeStep): void {
    state = step.state;
    for (const message of step.messages) {
      last = message;
      listener.tell(message);
    }
    if (nextDeadline(state) === null) finish(outcomeOf(last), last.reason);
    else setTimer();
  }

  function finish(outcome: SessionSummary['outcome'], reason?: FailureReason): void {
    if (over.signal.aborted) return;
    clearTimeout(timer);
    line.close()?.release();
    over.abort();
    const milliseconds = now() - startedAt;
    listener.end({ outcome, ...(reason && { reason }), frames: { ...frames }, milliseconds });
  }

  /** When time runs out; later for a frame that came in time and has no result yet. */
  function dueAt(): number {
    const deadline = nextDeadline(state)!;
    const pending = line.pending();
    return pending && pending.at <= deadline ? deadline + resultGrace : deadline;
  }

  function setTimer(at = Math.min(nextDeadline(state)!, heardAt + idleTimeout)): void {
    clearTimeout(timer);
    timer = setTimeout(onTime, Math.max(at - now(), 0));
  }

  function onTime(): void {
    const at = now();
    // A client that waits for an answer is not silent.
    const idleAt = line.pending() ? Number.POSITIVE_INFINITY : heardAt + idleTimeout;
    if (at >= idleAt) abort('idle_timeout');
    else if (at >= dueAt()) advance({ type: 'tick', at });
    else setTimer(Math.min(dueAt(), idleAt));
  }

  async function analyse({ at, read, release }: Frame): Promise<void> {
    if (!read) return answerTrouble(new BonafideError('busy'));
    note('taken');
    try {
      const look = nextLook(state, at);
      const facts = await perception.analyseImage(read(), requestOf(look), over.signal);
      advance({ type: 'frame', at, facts, full: look.full });
    } catch (error) {
      answerTrouble(error);
    } finally {
      release();
    }
    heardAt = now();
    listener.onAnswer(heardAt - at);
  }

  function answerTrouble(error: unknown): void {
    const code = error instanceof BonafideError ? error.code : 'internal';
    if (over.signal.aborted || moot.includes(code)) return;
    if (code === 'internal') {
      listener.fail(error);
      abort('internal_error');
    } else if (transient.includes(code)) {
      line.hold(retryPause);
      goOn(code);
    } else {
      note('refused');
      if (frames.refused < refusedFrames) goOn(code);
      else abort('invalid_frame');
    }
  }

  function goOn(trouble: ErrorCode): void {
    // Clients that send a frame for each answer would wait forever without one.
    const { state: machineState, instruction, success, total } = last;
    const message = { state: machineState, instruction, success, total, live: false } as const;
    listener.tell({ type: 'waiting', ...message }, trouble);
    setTimer();
  }

  function abort(reason: FailureReason): void {
    advance({ type: 'abort', at: now(), reason });
  }

  function queueUp(at: number, bytes: number, read: () => Uint8Array): void {
    const release = budget.take(bytes);
    if (!release) {
      note('dropped');
      // Nothing else would be answered, and clients that send a frame for each answer wait for one.
      if (!line.pending()) line.offer({ at, read: null, release: () => {} });
      return;
    }
    const late = line.offer({ at, read, release });
    late?.release();
    if (late?.read) note('dropped');
  }

  return {
    takeFrame(bytes, read) {
      if (over.signal.aborted) return;
      heardAt = now();
      if (mayArrive()) queueUp(heardAt, bytes, read);
      else abort('too_many_frames');
    },
    abort,
    leave: () => finish('left'),
  };
}

function outcomeOf({ live }: ChallengeMessage): SessionSummary['outcome'] {
  return live === true ? 'live' : 'failed';
}

function requestOf({ full, embedding, follow }: NextLook): ImageRequest {
  const measure: Measurement[] = [
    // Texture tells light and focus, by which scores are listened to: darkness alone raises them.
    ...(full ? (['anti_spoof', 'texture'] as const) : []),
    ...(embedding ? ['embedding' as const] : []),
  ];
  return { measuredFaces: 1, measure, search: 'glance', ...(!full && follow && { follow }) };
}
