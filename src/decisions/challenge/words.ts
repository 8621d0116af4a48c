import type { Embedding, FrameFacts } from '../facts.ts';
import type { LiveCalibration } from '../live-calibration.ts';
import type { Reason } from '../reasons.ts';
import type { Direction } from './turn.ts';

export type { Direction } from './turn.ts';

/** What a session asks for; times in milliseconds. Defaults are seed 001's and stand in `config.ts`. */
export interface ChallengeSettings {
  readonly requiredSuccesses: number;
  /** From the announcement of a direction to the turn that answers it. */
  readonly challengeTimeout: number;
  readonly sessionTimeout: number;
  /** Turns in a wrong direction at which the session fails. */
  readonly maxWrongAttempts: number;
  /** See `chooseSubject`. */
  readonly bystanderRatio: number;
  /** How scores become evidence. */
  readonly calibration: LiveCalibration;
  /** Nobody is live on a machine without an anti-spoof net; else the turns alone decide there. */
  readonly needsAntiSpoof: boolean;
}

/** Why a session failed. */
export type FailureReason =
  | 'session_timeout'
  | 'challenge_timeout'
  | 'wrong_direction'
  | 'multiple_faces'
  | 'face_changed'
  | 'spoof_detected'
  /** The turns are done, but the anti-spoof nets neither take the face for live nor for an attack. */
  | 'inconclusive'
  | 'too_many_frames'
  | 'invalid_frame'
  | 'idle_timeout'
  /** The client was lost, and did not come back in time, or was not to. */
  | 'connection_lost'
  /** Whoever asked for the session gave it up. */
  | 'cancelled'
  | 'shutting_down'
  | 'internal_error';

/** Why a session failed of which more is known than its challenge. */
export type SessionFailureReason =
  | FailureReason
  /** Live, but not the person it was to be. */
  | 'no_match'
  /** Live, but there is nothing (any more) that the face could be compared with. */
  | 'not_comparable'
  /** The server that it ran on is gone. */
  | 'server_restarted';

/** What happens to a session; `at` is milliseconds of one steadily growing clock. */
export type ChallengeEvent =
  /** `at` is when the frame arrived, not when its analysis was done; `full` as `nextLook` asked for it. */
  | { readonly type: 'frame'; readonly at: number; readonly facts: FrameFacts; readonly full: boolean }
  /** Time has passed, whether or not frames came. */
  | { readonly type: 'tick'; readonly at: number }
  /** The client was lost, and may come back; `directions` as many as `turnsAfterLoss` says, drawn anew. */
  | { readonly type: 'interrupt'; readonly at: number; readonly directions: readonly Direction[] }
  /** The server gives the session up. */
  | { readonly type: 'abort'; readonly at: number; readonly reason: FailureReason };

/** What the user is told (seed 001's message, but for the words of `message`). */
export interface ChallengeMessage {
  readonly type: 'start' | 'waiting' | 'challenge' | 'success' | 'complete' | 'failed' | 'no_face';
  readonly state: 'WAITING_CENTER' | 'WAITING_ACTION' | 'COMPLETE';
  readonly instruction: 'CENTER' | Direction | 'VERIFIED';
  readonly success: number;
  readonly total: number;
  /** Degrees, as measured; missing where no face was. */
  readonly yaw?: number;
  readonly pitch?: number;
  /** Missing in `start`, as in seed 001; true in `complete` alone, and there only if all evidence agrees. */
  readonly live?: boolean;
  readonly wrongDirection?: Direction;
  /** In `failed` alone. */
  readonly reason?: FailureReason;
  /** What keeps the face out of range, so that looks at it do not count: in `waiting`, and where time has run out. */
  readonly hint?: Reason;
}

/** What is left of the time, in milliseconds, 0 or more. */
export interface RemainingTime {
  /** For the direction that is announced; null where none is. */
  readonly turn: number | null;
  readonly session: number;
}

/** What a session has shown of a face so far. */
export interface SessionFindings {
  /** Of a live face, by all looks together; null where no net ever scored the face in range. */
  readonly logOdds: number | null;
  /** Looks that it rests on. */
  readonly looks: number;
  /** Whose face it is: embeddings of who looked at the camera; empty before the head came to rest, or without a model. */
  readonly faces: readonly Embedding[];
  /** A net that is more than experimental has a say; else the turns alone decide. */
  readonly isVouchedFor: boolean;
}

/** What the next frame should be asked. */
export interface NextLook {
  /** Every face is looked for, anti-spoof nets score; else the face is followed, which is cheap. */
  readonly full: boolean;
  readonly embedding: boolean;
  /** The mesh of the face in the frame before, in shares of its longer side; missing for a full look. */
  readonly follow?: Float32Array;
}
