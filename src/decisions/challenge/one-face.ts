import calibration from '../calibration/challenge.json' with { type: 'json' };
import { areComparable, cosineDistance, meanEmbedding } from '../embedding.ts';
import type { Embedding, FaceFacts, Pose } from '../facts.ts';
import { anotherPersonFrom } from '../same-person.ts';
import type { NeutralPose } from './turn.ts';

/**
 * Whose face looked at the camera, at each visit to the centre. Who makes the turns is asked with wider limits
 * (`turn-evidence.ts`), for embeddings of one person drift in them.
 */
export interface OneFace {
  /** The faces of the first visit; empty before there is one. */
  readonly reference: readonly Embedding[];
  /** Faces of the visit that goes on. */
  readonly visit: readonly Embedding[];
  /** No model embeds faces on this machine. */
  readonly isBlind: boolean;
}

/** Before the first visit. */
export const noVisits: OneFace = { reference: [], visit: [], isBlind: false };

/** Begins a visit to the centre anew: what was seen in it is not looked at. */
export function startVisit(oneFace: OneFace): OneFace {
  return { ...oneFace, visit: [] };
}

/**
 * Adds a face to the visit, unless it is full or the face turned too far.
 *
 * @param neutral null before it is known: then pitch may be anything, as people's neutral pitch is
 */
export function seeFace(oneFace: OneFace, face: FaceFacts, neutral: NeutralPose | null): OneFace {
  const { embedding, pose } = face;
  if (embedding.status === 'unavailable')
    return embedding.reason === 'no_model' ? { ...oneFace, isBlind: true } : oneFace;
  if (pose.status === 'unavailable' || isVisitFull(oneFace) || !isFrontal(pose.value, neutral))
    return oneFace;
  return { ...oneFace, visit: [...oneFace.visit, embedding.value] };
}

/** Whether the face of the next frame should be embedded, given where the head points now. */
export function wantsEmbedding(
  oneFace: OneFace,
  pose: NeutralPose | null,
  neutral: NeutralPose | null,
): boolean {
  return !oneFace.isBlind && !isVisitFull(oneFace) && pose !== null && isFrontal(pose, neutral);
}

/** Whether so many faces of the visit are known that it can be judged without waiting for more. */
export function isVisitFull({ visit }: OneFace): boolean {
  return visit.length >= calibration.oneFace.frames.value;
}

/** Whether the visit can be left: it showed whose face it is, or nobody can tell. */
export function hasSeenVisitor({ visit, isBlind }: OneFace): boolean {
  return isBlind || visit.length > 0;
}

/** Ends the first visit: its faces are those that all others are compared with. */
export function knowVisitor(oneFace: OneFace): OneFace {
  return { ...oneFace, reference: oneFace.visit, visit: [] };
}

/** Whether the mean face of the visit is that of the first one. A visit without a face is not judged. */
export function isSameVisitor({ reference, visit }: OneFace): boolean {
  return reference.length === 0 || visit.length === 0 || isOnePerson(reference, visit);
}

function isOnePerson(one: readonly Embedding[], other: readonly Embedding[]): boolean {
  const [first, ...rest] = [...one, ...other];
  if (rest.some((face) => !areComparable(face, first!))) return false;
  const distance = cosineDistance(meanVector(one), meanVector(other));
  return distance < anotherPersonFrom(first!, Math.min(one.length, other.length));
}

function meanVector(faces: readonly Embedding[]): Float32Array {
  return meanEmbedding(faces.map(({ vector }) => vector));
}

function isFrontal(pose: Pick<Pose, 'yaw' | 'pitch'>, neutral: NeutralPose | null): boolean {
  const { yaw, pitch } = calibration.oneFace;
  if (neutral === null) return Math.abs(pose.yaw) <= yaw.value;
  return Math.abs(pose.yaw - neutral.yaw) <= yaw.value && Math.abs(pose.pitch - neutral.pitch) <= pitch.value;
}
