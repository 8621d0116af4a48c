import type { FailureReason } from '../decisions/challenge.ts';
import { catalogue, type ErrorCode } from '../errors.ts';

/** Titles of problems: their English stands with the errors. */
const errors = Object.fromEntries(
  Object.entries(catalogue).map(([code, { title }]) => [`error.${code}`, title]),
) as Record<`error.${ErrorCode}`, string>;

/** Why a WebSocket session failed. */
const failures = {
  'failure.session_timeout': 'Time is up. Please start again.',
  'failure.challenge_timeout': 'That took too long. Please start again.',
  'failure.wrong_direction': 'You turned the wrong way. Please start again.',
  'failure.multiple_faces': 'More than one face is in the picture. Please make sure that you are alone.',
  'failure.face_changed': 'The face in front of the camera changed. Please start again.',
  'failure.spoof_detected': 'This does not look like a live face.',
  'failure.too_many_frames': 'The camera sends too many pictures.',
  'failure.invalid_frame': 'A picture from the camera could not be read.',
  'failure.idle_timeout': 'No pictures came from the camera. Please start again.',
  'failure.shutting_down': 'The server is being stopped. Please try again in a moment.',
  'failure.internal_error': 'Something went wrong. Please try again.',
} satisfies Record<`failure.${FailureReason}`, string>;

/** Posed frames (seed 002). */
const frames = {
  'frames.real': 'Real face detected',
  'frames.fake': 'Fake face detected (photo/video)',
  'frames.error': 'Error: {message}',
};

export const en = { ...errors, ...failures, ...frames };
