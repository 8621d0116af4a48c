import { type HintCode, hintOf, noHint, type SteadyHint, steadyHint } from './hints.ts';
import type { Trouble } from './troubles.ts';
import type { ServerMessage } from './wire.ts';

/**
 * Where a session stands. `permission`: the browser asks for the camera; `camera`: its first picture is waited for;
 * `waiting`: the server is busy, and is asked again by itself; the last three are ends.
 */
export type Phase =
  | 'idle'
  | 'permission'
  | 'camera'
  | 'connecting'
  | 'waiting'
  | 'running'
  | 'reconnecting'
  | 'complete'
  | 'failed'
  | 'error';

/** All that a page needs to show. Times are milliseconds of `performance.now()`. */
export interface LivenessState {
  readonly phase: Phase;
  /** What to do now, sides being the subject's own; null before the server has spoken. */
  readonly instruction: ServerMessage['instruction'] | null;
  /** Turns passed, and turns to be passed; 0 before the server has spoken. */
  readonly success: number;
  readonly total: number;
  /** What to mend or to know meanwhile. */
  readonly hint: HintCode | null;
  /** How long the turn has that is asked for, in milliseconds, and when it ends; null where none is, or nobody knows. */
  readonly turn: { readonly duration: number; readonly endsAt: number } | null;
  /** In `failed`: why, and what kept the face from being judged. */
  readonly failure: Failure | null;
  /** In `error`. */
  readonly trouble: Trouble | null;
}

/** Why the server failed a session. */
export interface Failure {
  /** For programs, `wrong_direction` for instance. */
  readonly reason: string;
  readonly hint: HintCode | null;
}

/** The state with what only the next state needs. */
export interface SessionState extends LivenessState {
  readonly steady: SteadyHint;
}

/** What happens to a session; `at` is `performance.now()`. */
export type SessionEvent =
  | {
      readonly type: 'phase';
      readonly phase: 'permission' | 'camera' | 'connecting' | 'waiting' | 'reconnecting';
    }
  | MessageEvent
  /** The page was hidden, or is back. */
  | { readonly type: 'notice'; readonly at: number; readonly hint: 'tab_hidden' | null }
  | { readonly type: 'trouble'; readonly trouble: Trouble }
  | { readonly type: 'stop' };

interface MessageEvent {
  readonly type: 'message';
  readonly at: number;
  readonly message: ServerMessage;
  /** Whether even the smallest frames take too long. */
  readonly isSlow: boolean;
  /** Milliseconds that a turn has where the server does not say. */
  readonly turnTimeout?: number;
}

export const idleState: SessionState = {
  phase: 'idle',
  instruction: null,
  success: 0,
  total: 0,
  hint: null,
  turn: null,
  failure: null,
  trouble: null,
  steady: noHint,
};

/** What has happened, told to a session. */
export function advance(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'phase':
      return event.phase === 'permission'
        ? { ...idleState, phase: event.phase }
        : { ...withHint(state, noHint), phase: event.phase, turn: null };
    case 'message':
      return takeMessage(state, event);
    case 'notice':
      return withHint(state, steadyHint(state.steady, event.hint, event.at));
    case 'trouble':
      return { ...withHint(state, noHint), phase: 'error', turn: null, trouble: event.trouble };
    case 'stop':
      return idleState;
  }
}

function takeMessage(state: SessionState, { message, at, isSlow, turnTimeout }: MessageEvent): SessionState {
  const { type, instruction, success, total } = message;
  if (type === 'failed') return fail(state, message);
  if (type === 'complete')
    return { ...withHint(state, noHint), phase: 'complete', instruction, success, total, turn: null };
  const steady = steadyHint(state.steady, hintOf(message) ?? (isSlow ? 'slow_connection' : null), at);
  const turn = turnOf(state, message, at, turnTimeout);
  return { ...withHint(state, steady), phase: 'running', instruction, success, total, turn };
}

function fail(state: SessionState, message: ServerMessage): SessionState {
  const { reason = 'internal_error', success, total, hint } = message;
  const failure = { reason, hint: hint === undefined ? null : hintOf(message) };
  return { ...withHint(state, noHint), phase: 'failed', success, total, turn: null, failure };
}

/** The clock of the turn: the server's, or one of our own since the turn was announced. */
function turnOf(
  { turn, instruction: before }: SessionState,
  { type, instruction, turn_remaining_ms: remaining }: ServerMessage,
  at: number,
  turnTimeout: number | undefined,
): LivenessState['turn'] {
  if (instruction === 'CENTER' || instruction === 'VERIFIED' || remaining === null) return null;
  const isNew = turn === null || instruction !== before || type === 'challenge';
  if (remaining !== undefined) return { duration: isNew ? remaining : turn.duration, endsAt: at + remaining };
  if (turnTimeout === undefined) return null;
  return isNew ? { duration: turnTimeout, endsAt: at + turnTimeout } : turn;
}

function withHint(state: SessionState, steady: SteadyHint): SessionState {
  return { ...state, steady, hint: steady.shown };
}
