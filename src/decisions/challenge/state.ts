import type { Reason } from '../reasons.ts';
import { noEvidence, type SessionEvidence } from '../session-evidence.ts';
import type { SeenFace } from './continuity.ts';
import type { SteadyLook } from './neutral-pose.ts';
import { noVisits, type OneFace } from './one-face.ts';
import type { Direction, Hold, NeutralPose } from './turn.ts';
import { noTurns, type TurnEvidence } from './turn-evidence.ts';
import type { ChallengeMessage, ChallengeSettings, FailureReason } from './words.ts';

/** A session: opaque to all but the challenge's own files. Never changed, only followed by another. */
export interface ChallengeState {
  readonly settings: ChallengeSettings;
  /** Drawn by the service from a cryptographic source; revealed one at a time. */
  readonly directions: readonly Direction[];
  readonly phase: 'center' | 'action' | 'ended';
  readonly success: number;
  readonly wrongAttempts: number;
  readonly sessionDeadline: number;
  /** Of the direction that is announced; null where none is. */
  readonly challengeDeadline: number | null;
  /** Arrival of the latest frame; frames count in the order of their events. */
  readonly latestFrame: number;
  readonly steadyLook: SteadyLook | null;
  /** How the head looked when it rested at the start; null until then. */
  readonly neutral: { readonly pose: NeutralPose; readonly mesh: Float32Array } | null;
  readonly hold: Hold | null;
  readonly turns: TurnEvidence;
  /** After a wrong turn or a cut, until the head is back: a turn starts from the centre. */
  readonly mustReturn: boolean;
  /** The face in the latest frame; null where it was lost. */
  readonly seen: SeenFace | null;
  /** The face when it was seen last. */
  readonly lastSeen: SeenFace | null;
  readonly evidence: SessionEvidence;
  readonly oneFace: OneFace;
  /** Full looks that showed a face to judge. */
  readonly fullLooks: number;
  readonly latestFullLook: number;
  /** What kept the latest full look at a face from counting; null where it counted. */
  readonly obstacle: Reason | null;
  /** Full looks in a row that showed several faces. */
  readonly severalFaces: number;
}

/** One step of a session. */
export interface ChallengeStep {
  readonly state: ChallengeState;
  /** In this order. */
  readonly messages: readonly ChallengeMessage[];
}

/** The state of a session that opens at `at`. */
export function openState(
  settings: ChallengeSettings,
  directions: readonly Direction[],
  at: number,
): ChallengeState {
  return {
    settings,
    directions,
    phase: 'center',
    success: 0,
    wrongAttempts: 0,
    sessionDeadline: at + settings.sessionTimeout,
    challengeDeadline: null,
    latestFrame: at,
    steadyLook: null,
    neutral: null,
    hold: null,
    turns: noTurns,
    mustReturn: false,
    seen: null,
    lastSeen: null,
    evidence: noEvidence,
    oneFace: noVisits,
    fullLooks: 0,
    latestFullLook: -Infinity,
    obstacle: null,
    severalFaces: 0,
  };
}

/** The direction that the user is to turn to now. */
export function announced({ directions, success }: ChallengeState): Direction {
  return directions[success]!;
}

/** Goes on to `state` and tells the user where the session stands. */
export function say(
  state: ChallengeState,
  type: ChallengeMessage['type'],
  more: Partial<ChallengeMessage> = {},
): ChallengeStep {
  const { success, seen } = state;
  const hint = type === 'waiting' ? hintOf(state) : undefined;
  const message: ChallengeMessage = {
    type,
    ...(state.phase === 'action'
      ? ({ state: 'WAITING_ACTION', instruction: announced(state) } as const)
      : ({ state: 'WAITING_CENTER', instruction: 'CENTER' } as const)),
    success,
    total: state.settings.requiredSuccesses,
    ...(seen !== null && type !== 'no_face' && { yaw: seen.pose.yaw, pitch: seen.pose.pitch }),
    ...(type !== 'start' && { live: false }),
    ...(hint && { hint }),
    ...more,
  };
  return { state, messages: [message] };
}

/** Ends the session; the user is told the state in which it failed. */
export function fail(
  state: ChallengeState,
  reason: FailureReason,
  more: Partial<ChallengeMessage> = {},
): ChallengeStep {
  const hint = reason === 'session_timeout' ? hintOf(state) : undefined;
  const { messages } = say(state, 'failed', { reason, ...(hint && { hint }), ...more });
  return { state: { ...state, phase: 'ended' }, messages };
}

/**
 * What the user should mend. Where the head is to point the instruction says; only when nothing but looks is missing any
 * more does a head that is turned away keep a session from its end.
 */
function hintOf({ obstacle, success, settings, severalFaces }: ChallengeState): Reason | undefined {
  if (severalFaces > 0) return { code: 'several_faces' };
  const isOfPose = obstacle?.code === 'face_turned_away' || obstacle?.code === 'pose_unknown';
  if (obstacle === null || (isOfPose && success < settings.requiredSuccesses)) return undefined;
  return obstacle;
}
