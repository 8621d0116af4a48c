import calibration from '../calibration/challenge.json' with { type: 'json' };
import { isShortOfLooks, sessionFigures } from '../session-evidence.ts';
import { interrupt } from './interrupt.ts';
import { wantsEmbedding } from './one-face.ts';
import { type ChallengeState, type ChallengeStep, fail, openState, say } from './state.ts';
import { takeFrame } from './take-frame.ts';
import type { Direction } from './turn.ts';
import { isTurnKnown } from './turn-evidence.ts';
import type {
  ChallengeEvent,
  ChallengeSettings,
  FailureReason,
  NextLook,
  RemainingTime,
  SessionFindings,
} from './words.ts';

export { turnsAfterLoss } from './interrupt.ts';
export type { ChallengeState, ChallengeStep } from './state.ts';
export type * from './words.ts';

/** Opens a session. `directions` are as many as `settings.requiredSuccesses`. */
export function startChallenge(
  settings: ChallengeSettings,
  directions: readonly Direction[],
  at: number,
): ChallengeStep {
  return say(openState(settings, directions, at), 'start');
}

/**
 * Moves a session on; an ended one stays as it is and says nothing.
 *
 * A frame is judged by when it arrived: the same frames end a session the same way however long their
 * analysis takes, if whoever ticks lets frames that arrived before a deadline be told first. Frames count in
 * the order of their events: one whose `at` is older than that of the frame before is taken to have come
 * with it.
 */
export function advanceChallenge(state: ChallengeState, event: ChallengeEvent): ChallengeStep {
  if (state.phase === 'ended') return { state, messages: [] };
  if (event.type === 'abort') return fail(state, event.reason);
  const at = Math.max(event.at, state.latestFrame);
  const timeOut = timeOutAt(state, at);
  if (timeOut !== null) return fail(state, timeOut);
  if (event.type === 'interrupt') return { state: interrupt(state, event.directions), messages: [] };
  return event.type === 'tick' ? { state, messages: [] } : takeFrame(state, event, at);
}

/** When time runs out unless a frame arrives before; null for a session that has ended. */
export function nextDeadline(state: ChallengeState): number | null {
  return state.phase === 'ended' ? null : firstDeadline(state);
}

/** What is left of the time at `at`. */
export function remainingTime(state: ChallengeState, at: number): RemainingTime {
  const { challengeDeadline, sessionDeadline } = state;
  const until = (deadline: number) => Math.max(deadline - at, 0);
  return {
    turn: challengeDeadline === null ? null : until(challengeDeadline),
    session: until(sessionDeadline),
  };
}

/** What the session has shown so far. */
export function sessionFindings({ evidence, oneFace, settings }: ChallengeState): SessionFindings {
  return {
    logOdds: sessionFigures(evidence, settings.calibration)?.all ?? null,
    looks: evidence.glimpses.length,
    faces: oneFace.reference,
    isVouchedFor: evidence.hasNet && !settings.calibration.isExperimental,
  };
}

/** What the next frame, arriving at `at`, should be asked. */
export function nextLook(state: ChallengeState, at: number): NextLook {
  if (state.phase === 'ended') return { full: false, embedding: false };
  const { seen, neutral } = state;
  const full =
    seen === null ||
    isLastCentreShort(state) ||
    at - state.latestFullLook >= calibration.evidence.interval.value;
  const embedding =
    wantsEmbedding(state.oneFace, seen?.pose ?? null, neutral?.pose ?? null) || wantsTurnedFace(state);
  return { full, embedding, ...(!full && { follow: seen.mesh }) };
}

/** The last turn is done, and the session has yet to be looked at before it can be judged. */
function isLastCentreShort({ success, settings, evidence, fullLooks }: ChallengeState): boolean {
  return success === settings.requiredSuccesses && isShortOfLooks(evidence, fullLooks, settings.calibration);
}

/** The head has begun to turn where it was told to, or is lost in doing so, and whose it is is not known. */
function wantsTurnedFace({ phase, mustReturn, oneFace, turns, seen, neutral }: ChallengeState): boolean {
  if (phase !== 'action' || mustReturn || oneFace.isBlind || isTurnKnown(turns)) return false;
  if (seen === null) return true;
  const { yaw, pitch } = neutral!.pose;
  const moved = Math.max(Math.abs(seen.pose.yaw - yaw), Math.abs(seen.pose.pitch - pitch));
  return moved > calibration.neutral.steady.value;
}

/** The time-out that came first, of those that have come by `at`. */
function timeOutAt(state: ChallengeState, at: number): FailureReason | null {
  const deadline = firstDeadline(state);
  if (at < deadline) return null;
  return deadline === state.sessionDeadline ? 'session_timeout' : 'challenge_timeout';
}

function firstDeadline({ sessionDeadline, challengeDeadline }: ChallengeState): number {
  return Math.min(sessionDeadline, challengeDeadline ?? Infinity);
}
