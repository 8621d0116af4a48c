import type {
  ChallengeMessage,
  FailureReason,
  RemainingTime,
  SessionFindings,
} from '../decisions/challenge/machine.ts';
import type { FrameFacts } from '../decisions/facts.ts';
import type { ErrorCode } from '../errors.ts';

export type { ChallengeMessage } from '../decisions/challenge/machine.ts';

/** What goes with a message. */
export interface MessageContext {
  /** What was wrong with the frame that it answers, if anything. */
  readonly trouble?: ErrorCode;
  /** Milliseconds before another frame makes sense; where the server is to blame for the trouble. */
  readonly retryAfter?: number;
  /** The frame that it answers, counted from 1 since the session began or went on; missing where none brought it about. */
  readonly frame?: number;
  /** What was seen in that frame. */
  readonly facts?: FrameFacts;
  readonly remaining: RemainingTime;
  /** What was seen so far. */
  readonly findings: () => SessionFindings;
}

/** Who takes part in a session. */
export interface ChallengeClient {
  /** Hears every message. */
  tell(message: ChallengeMessage, context: MessageContext): void;
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
  readonly findings: SessionFindings;
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
