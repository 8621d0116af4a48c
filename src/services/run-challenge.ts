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
  remainingTime,
  sessionFindings,
  startChallenge,
  turnsAfterLoss,
} from '../decisions/challenge/machine.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { ImageRequest, Measurement, Perception } from '../perception/engine.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { ChallengeListener, FrameCounts, MessageContext, SessionSummary } from './challenge-client.ts';
import type { FrameScheduler } from './frame-scheduler.ts';
import { createRateLimit } from './rate-limit.ts';

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

/** What one session has for itself; without it, it is as seed 001 has it. */
export interface SessionTerms {
  /** Turns that are asked for; default: as the settings say. */
  readonly requiredSuccesses?: number;
  /** Every frame is answered: one that comes before the answer to the one before is refused, and not looked at. */
  readonly oneInFlight?: boolean;
  /** Measured in every frame besides. */
  readonly alsoMeasure?: readonly Measurement[];
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
  /**
   * The client is lost, but may come back: what it sent is forgotten. The session's clock runs on.
   *
   * @param patience milliseconds after which the session fails with `connection_lost`
   */
  interrupt(patience: number): void;
  /** The client is back, and hears the first message anew. */
  resume(): void;
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
  readonly number: number;
  /** How often the client had been lost by then: nobody waits for the answers of before. */
  readonly loss: number;
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
  {
    requiredSuccesses = settings.requiredSuccesses,
    oneInFlight = false,
    alsoMeasure = [],
  }: SessionTerms = {},
): ChallengeSession {
  const startedAt = now();
  const over = new AbortController();
  const line = scheduler.open<Frame>(analyse);
  const mayArrive = createRateLimit(maxFrameRate, now);
  const frames = { taken: 0, dropped: 0, refused: 0 };
  let heardAt = startedAt;
  let toldAt = startedAt;
  let arrived = 0;
  let losses = 0;
  /** When a lost client is waited for no longer; null while there is one. */
  let awayUntil: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  let last: ChallengeMessage;
  let state: ChallengeState;
  move(startChallenge({ ...settings, requiredSuccesses }, drawDirections(requiredSuccesses), startedAt));

  function note(fate: keyof FrameCounts): void {
    frames[fate]++;
    listener.onFrame(fate);
  }

  function advance(event: ChallengeEvent, frame?: Pick<MessageContext, 'frame' | 'facts'>): void {
    if (over.signal.aborted) return;
    // A frame may have waited past a tick; the machine's clock does not go back for it.
    toldAt = Math.max(toldAt, event.at);
    move(advanceChallenge(state, { ...event, at: toldAt }), frame);
  }

  function move(step: ChallengeStep, frame: Pick<MessageContext, 'frame' | 'facts'> = {}): void {
    state = step.state;
    for (const message of step.messages) tell(message, frame);
    if (nextDeadline(state) === null) finish(outcomeOf(last), last.reason);
    else setTimer();
  }

  function tell(message: ChallengeMessage, context: Omit<MessageContext, 'remaining' | 'findings'>): void {
    last = message;
    const told = state;
    const findings = () => sessionFindings(told);
    listener.tell(message, { ...context, remaining: remainingTime(state, now()), findings });
  }

  function finish(outcome: SessionSummary['outcome'], reason?: FailureReason): void {
    if (over.signal.aborted) return;
    clearTimeout(timer);
    line.close()?.release();
    over.abort();
    const milliseconds = now() - startedAt;
    const findings = sessionFindings(state);
    listener.end({ outcome, ...(reason && { reason }), frames: { ...frames }, milliseconds, findings });
  }

  /** When time runs out; later for a frame that came in time and has no result yet. */
  function dueAt(): number {
    const deadline = nextDeadline(state)!;
    const pending = line.pending();
    return pending && pending.at <= deadline ? deadline + resultGrace : deadline;
  }

  function setTimer(at = Math.min(nextDeadline(state)!, awayUntil ?? heardAt + idleTimeout)): void {
    clearTimeout(timer);
    timer = setTimeout(onTime, Math.max(at - now(), 0));
  }

  function onTime(): void {
    const at = now();
    // A client that waits for an answer is not silent.
    const idleAt = awayUntil ?? (line.pending() ? Number.POSITIVE_INFINITY : heardAt + idleTimeout);
    if (at >= idleAt) abort(awayUntil === null ? 'idle_timeout' : 'connection_lost');
    else if (at >= dueAt()) advance({ type: 'tick', at });
    else setTimer(Math.min(dueAt(), idleAt));
  }

  async function analyse(frame: Frame): Promise<void> {
    const { at, number, loss, read, release } = frame;
    if (loss !== losses) return release();
    if (!read) return answerTrouble(frame, new BonafideError('busy'));
    note('taken');
    try {
      const look = nextLook(state, at);
      const facts = await perception.analyseImage(read(), requestOf(look, alsoMeasure), over.signal);
      if (loss !== losses) return;
      advance({ type: 'frame', at, facts, full: look.full }, { frame: number, facts });
    } catch (error) {
      answerTrouble(frame, error);
    } finally {
      release();
    }
    heardAt = now();
    listener.onAnswer(heardAt - at);
  }

  function answerTrouble({ number, loss }: Frame, error: unknown): void {
    const code = error instanceof BonafideError ? error.code : 'internal';
    if (over.signal.aborted || loss !== losses || moot.includes(code)) return;
    if (code === 'internal') {
      listener.fail(error);
      advance({ type: 'abort', at: now(), reason: 'internal_error' }, { frame: number });
    } else if (transient.includes(code)) {
      line.hold(retryPause);
      goOn({ trouble: code, frame: number, retryAfter: retryPause });
    } else {
      note('refused');
      if (frames.refused < refusedFrames) goOn({ trouble: code, frame: number });
      else advance({ type: 'abort', at: now(), reason: 'invalid_frame' }, { frame: number });
    }
  }

  function goOn(context: Pick<MessageContext, 'trouble' | 'frame' | 'retryAfter'>): void {
    // Clients that send a frame for each answer would wait forever without one.
    const { state: machineState, instruction, success, total } = last;
    const message = { state: machineState, instruction, success, total, live: false } as const;
    tell({ type: 'waiting', ...message }, context);
    setTimer();
  }

  function abort(reason: FailureReason): void {
    advance({ type: 'abort', at: now(), reason });
  }

  function queueUp(at: number, bytes: number, read: () => Uint8Array): void {
    const number = ++arrived;
    if (oneInFlight && line.pending()?.loss === losses) {
      note('dropped');
      goOn({ trouble: 'frame_in_flight', frame: number });
      return;
    }
    const release = budget.take(bytes);
    const frame = { at, number, loss: losses };
    if (!release) {
      note('dropped');
      // Nothing else would be answered, and clients that send a frame for each answer wait for one.
      if (line.pending()?.loss !== losses) line.offer({ ...frame, read: null, release: () => {} })?.release();
      return;
    }
    const late = line.offer({ ...frame, read, release });
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
    interrupt(patience) {
      if (over.signal.aborted || awayUntil !== null) return;
      const at = now();
      losses++;
      arrived = 0;
      awayUntil = at + patience;
      const turns = turnsAfterLoss(state);
      advance({ type: 'interrupt', at, directions: turns === 0 ? [] : drawDirections(turns) });
    },
    resume() {
      if (over.signal.aborted) return;
      awayUntil = null;
      heardAt = now();
      const { success } = last;
      const { requiredSuccesses: total } = state.settings;
      tell({ type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success, total }, {});
      setTimer();
    },
  };
}

function outcomeOf({ live }: ChallengeMessage): SessionSummary['outcome'] {
  return live === true ? 'live' : 'failed';
}

function requestOf({ full, embedding, follow }: NextLook, alsoMeasure: readonly Measurement[]): ImageRequest {
  const measure: Measurement[] = [
    ...alsoMeasure,
    // Texture tells light and focus, by which scores are listened to: darkness alone raises them.
    ...(full ? (['anti_spoof', 'texture'] as const) : []),
    ...(embedding ? ['embedding' as const] : []),
  ];
  return { measuredFaces: 1, measure, search: 'glance', ...(!full && follow && { follow }) };
}
