import { type FaceFacts, type FrameFacts, valueIfMeasured } from '../facts.ts';
import { chooseSubject } from '../subject.ts';
import { mapPosed, type Posed } from './order.ts';

/** What became of a frame that was asked for. */
export type PosedFrame =
  /** `picture` is the same for copies of one file, and for them alone. */
  | { readonly status: 'seen'; readonly facts: FrameFacts; readonly picture: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable' };

/** The frames that seed 002 asks for. */
export type PosedFrames = Posed<PosedFrame>;

/** Why a check could not be made. */
export type CheckError = 'missing' | 'unreadable' | 'no_face' | 'no_pose';

/** The face of one frame that is judged, or why there is none. */
export type PosedSubject =
  | {
      readonly error?: never;
      readonly face: FaceFacts;
      readonly picture: string;
      /** Somebody else is as near. */
      readonly hasCompany: boolean;
    }
  | { readonly error: Exclude<CheckError, 'no_pose'> };

/** The faces of all frames. */
export type PosedSubjects = Posed<PosedSubject>;

/** Chooses the face of each frame: the largest, even beside another one, which is noted. */
export function chooseSubjects(frames: PosedFrames, bystanderRatio: number): PosedSubjects {
  return mapPosed(frames, (frame) => subjectOf(frame, bystanderRatio));
}

/** The face of a frame, if there is one. */
export function faceOf(subject: PosedSubject): FaceFacts | undefined {
  return subject.error ? undefined : subject.face;
}

/** Why nothing is measured in a frame. */
export function errorOf(subject: PosedSubject): CheckError | undefined {
  if (subject.error) return subject.error;
  return valueIfMeasured(subject.face.pose) ? undefined : 'no_pose';
}

function subjectOf(frame: PosedFrame, bystanderRatio: number): PosedSubject {
  if (frame.status !== 'seen') return { error: frame.status };
  const { faces } = frame.facts;
  const [face] = faces;
  if (face === undefined) return { error: 'no_face' };
  const hasCompany = chooseSubject(faces, bystanderRatio).status === 'several_faces';
  return { face, picture: frame.picture, hasCompany };
}
