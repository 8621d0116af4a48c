import calibration from '../calibration/challenge.json' with { type: 'json' };
import type { FaceFacts, FrameFacts } from '../facts.ts';
import { addEvidence, isShortOfLooks, judgeSession, lookObstacle } from '../session-evidence.ts';
import { chooseSubject } from '../subject.ts';
import { isCut, type SeenFace } from './continuity.ts';
import { lookOn, neutralPoseOf } from './neutral-pose.ts';
import { hasSeenVisitor, isSameVisitor, isVisitFull, knowVisitor, seeFace, startVisit } from './one-face.ts';
import { announced, type ChallengeState, type ChallengeStep, fail, say } from './state.ts';
import { bearingOf, type Direction, heldBearing, holdOn } from './turn.ts';
import {
  countTurn,
  isFlatTurn,
  isTurnedByAnother,
  isTurnKnown,
  seeTurn,
  startTurn,
} from './turn-evidence.ts';
import type { ChallengeEvent } from './words.ts';

type FrameEvent = Extract<ChallengeEvent, { type: 'frame' }>;

/** Moves a session on by a frame that arrived in time; one message at least. */
export function takeFrame(before: ChallengeState, event: FrameEvent, at: number): ChallengeStep {
  const subject = chooseSubject(event.facts.faces, before.settings.bystanderRatio);
  const face = subject.status === 'chosen' ? subject.face : null;
  const state = mindCut(before, look(before, event, face, at));
  if (state.severalFaces >= calibration.severalFaces.value) return fail(state, 'multiple_faces');
  if (state.neutral === null) return learnNeutral(state, face, at);
  const followed = followHead(state, face, at);
  const step = face === null ? followed : meetFace(followed, face);
  // So many frames settle it; fewer are judged when the visit ends.
  if (isVisitFull(step.oneFace) && !isSameVisitor(step.oneFace)) return fail(step, 'face_changed');
  return step.phase === 'center' ? seekCentre(step, at) : seekTurn(step);
}

/** Takes down what a frame shows, before anything is made of it. */
function look(
  before: ChallengeState,
  { facts, full }: FrameEvent,
  face: FaceFacts | null,
  at: number,
): ChallengeState {
  const several = face === null && facts.faces.length > 0;
  const seen = face && seeIn(face, facts, at);
  const { calibration: liveCalibration } = before.settings;
  const evidence = face === null ? before.evidence : addEvidence(before.evidence, face, at, liveCalibration);
  return {
    ...before,
    latestFrame: at,
    seen,
    lastSeen: seen ?? before.lastSeen,
    evidence,
    ...(full && {
      fullLooks: before.fullLooks + (face === null ? 0 : 1),
      latestFullLook: at,
      obstacle: (face && lookObstacle(face, evidence, liveCalibration)) ?? null,
      severalFaces: several ? before.severalFaces + 1 : 0,
    }),
  };
}

/** A head that may be another shows itself at the centre before it turns. */
function mindCut(before: ChallengeState, state: ChallengeState): ChallengeState {
  const { lastSeen } = before;
  if (lastSeen === null || state.seen === null) return state;
  const neutral = state.neutral?.pose ?? null;
  const between = { wasLost: before.seen === null, neutral, isBlind: state.oneFace.isBlind };
  if (!isCut(lastSeen, state.seen, between)) return state;
  if (state.neutral === null) return { ...state, steadyLook: null };
  return {
    ...state,
    hold: null,
    mustReturn: true,
    oneFace: startVisit(state.oneFace),
    turns: startTurn(state.turns),
  };
}

function seeIn({ pose, mesh }: FaceFacts, { width, height }: FrameFacts, at: number): SeenFace | null {
  if (pose.status === 'unavailable' || mesh.status === 'unavailable') return null;
  const side = Math.max(width, height);
  return { at, pose: pose.value, mesh: mesh.value.map((value) => value / side) };
}

/** Before the head has come to rest. */
function learnNeutral(before: ChallengeState, face: FaceFacts | null, at: number): ChallengeStep {
  const { seen } = before;
  const steadyLook = lookOn(before.steadyLook, seen?.pose ?? null, at);
  // Whoever was there before the head came to rest may be somebody else, who hands the phone on.
  const isNew = steadyLook === null || steadyLook.since === at;
  const visit = isNew ? startVisit(before.oneFace) : before.oneFace;
  const oneFace = face === null ? visit : seeFace(visit, face, null);
  const state = { ...before, steadyLook, oneFace };
  const pose = neutralPoseOf(steadyLook);
  if (pose === null || seen === null || !hasSeenVisitor(oneFace)) return wait(state);
  // Whoever begins to turn may be another: nobody but who rested here is what the others are compared with.
  return announce({ ...state, oneFace: knowVisitor(oneFace), neutral: { pose, mesh: seen.mesh } }, at);
}

/** Where the head points, since when, and what is seen of it meanwhile. */
function followHead(before: ChallengeState, face: FaceFacts | null, at: number): ChallengeState {
  const { seen, neutral } = before;
  const bearing = seen && bearingOf(seen.pose, neutral!.pose);
  const hold = holdOn(before.hold, bearing, at);
  const goesOn = hold !== null && hold.since === before.hold?.since && hold.bearing === before.hold.bearing;
  const turns = goesOn ? before.turns : startTurn(before.turns);
  const isTurned = bearing !== null && bearing !== 'CENTER' && bearing !== 'BETWEEN';
  return { ...before, hold, turns: isTurned ? seeTurn(turns, neutral!.mesh, face!) : turns };
}

/** Whose face it is. While a direction is announced only a head at the centre visits it still. */
function meetFace(state: ChallengeState, face: FaceFacts): ChallengeState {
  const visits = state.phase === 'center' || state.hold?.bearing === 'CENTER';
  return visits ? { ...state, oneFace: seeFace(state.oneFace, face, state.neutral!.pose) } : state;
}

/** Between the turns. */
function seekCentre(state: ChallengeState, at: number): ChallengeStep {
  if (heldBearing(state.hold) !== 'CENTER' || !hasSeenVisitor(state.oneFace)) return wait(state);
  if (state.success < state.settings.requiredSuccesses) return announce(state, at);
  return isShortOfLooks(state.evidence, state.fullLooks, state.settings.calibration)
    ? wait(state)
    : finish(state);
}

function announce(state: ChallengeState, at: number): ChallengeStep {
  const { challengeTimeout } = state.settings;
  const phase = 'action';
  return say(
    { ...state, phase, hold: null, mustReturn: false, challengeDeadline: at + challengeTimeout },
    'challenge',
  );
}

/** While a direction is announced. */
function seekTurn(state: ChallengeState): ChallengeStep {
  if (state.mustReturn) {
    const isBack = state.hold?.bearing === 'CENTER' && hasSeenVisitor(state.oneFace);
    return wait({ ...state, mustReturn: !isBack, hold: isBack ? state.hold : null });
  }
  const held = heldBearing(state.hold);
  if (held === null || held === 'CENTER') return wait(state);
  if (held !== announced(state)) return answerWrongly(state, held);
  return state.oneFace.isBlind || isTurnKnown(state.turns) ? succeed(state) : wait(state);
}

function succeed(state: ChallengeState): ChallengeStep {
  if (isFlatTurn(state.turns)) return fail(state, 'spoof_detected');
  const turns = countTurn(state.turns, state.oneFace.reference);
  if (!isSameVisitor(state.oneFace) || isTurnedByAnother(turns)) return fail(state, 'face_changed');
  return say(
    {
      ...state,
      phase: 'center',
      success: state.success + 1,
      challengeDeadline: null,
      hold: null,
      oneFace: startVisit(state.oneFace),
      turns,
    },
    'success',
  );
}

function answerWrongly(before: ChallengeState, wrongDirection: Direction): ChallengeStep {
  const wrongAttempts = before.wrongAttempts + 1;
  const state = { ...before, wrongAttempts, hold: null, mustReturn: true };
  return wrongAttempts >= state.settings.maxWrongAttempts
    ? fail(state, 'wrong_direction', { wrongDirection })
    : say(state, 'waiting', { wrongDirection });
}

/** The last centre: all that was gathered is judged, once. */
function finish(state: ChallengeState): ChallengeStep {
  if (!isSameVisitor(state.oneFace)) return fail(state, 'face_changed');
  const verdict = judgeSession(state.evidence, state.settings.calibration);
  if (verdict === 'attack') return fail(state, 'spoof_detected');
  // Without an anti-spoof net the turns themselves are the evidence, unless more is asked for.
  const isLive = verdict === 'live' || (verdict === 'unavailable' && !state.settings.needsAntiSpoof);
  if (!isLive) return fail(state, 'inconclusive');
  const { messages } = say(state, 'complete', { state: 'COMPLETE', instruction: 'VERIFIED', live: true });
  return { state: { ...state, phase: 'ended' }, messages };
}

function wait(state: ChallengeState): ChallengeStep {
  const isThere = state.seen !== null || state.severalFaces > 0;
  return say(state, isThere ? 'waiting' : 'no_face');
}
