import type { AttackSign } from '../decisions/posed-frames/evidence.ts';
import type { Reason } from '../decisions/reasons.ts';
import { catalogue, type ErrorCode } from '../errors.ts';
import { camera } from './camera/en.ts';
import { consoleTexts } from './console/en.ts';
import { demoTexts } from './demo/en.ts';

/** Titles of problems: their English stands with the errors. */
const errors = Object.fromEntries(
  Object.entries(catalogue).map(([code, { title }]) => [`error.${code}`, title]),
) as Record<`error.${ErrorCode}`, string>;

/** Posed frames (seed 002). */
const frames = {
  'frames.real': 'Real face detected',
  'frames.fake': 'Fake face detected (photo/video)',
  'frames.error': 'Error: {message}',
};

/** Strong signs of an attack in posed frames. */
const frameSigns = {
  'frames.sign.several_faces': 'More than one face is in a picture.',
  'frames.sign.another_person': 'The pictures do not show one and the same person.',
  'frames.sign.repeated_picture': 'One picture was sent more than once.',
  'frames.sign.flat_picture': 'The face becomes narrower as it turns, as a photograph does.',
  'frames.sign.attack_scores': 'The face looks like a photograph or a screen.',
  'frames.sign.no_usable_frame':
    'No picture shows the face large and frontal enough to tell whether it is live.',
  'frames.sign.no_anti_spoof_model':
    'No anti-spoof model is installed: nothing tells these pictures from those of a replay.',
  'frames.sign.experimental_net':
    'The only anti-spoof model here is experimental: its word alone does not tell these pictures from those of a replay.',
} satisfies Record<`frames.sign.${AttackSign}`, string>;

/** What the recognition contract says, and what it finds wrong with a request. */
const recognition = {
  'recognition.twice': 'The parameter {name} is given more than once: give it once.',
  'recognition.not_a_number': 'The parameter {name} must be a number from {from} to {to}.',
  'recognition.not_whole': 'The parameter {name} must be a whole number from {from} to {to}.',
  'recognition.no_user_id': 'The parameter user_id is missing.',
  'recognition.bad_user_id':
    'The parameter user_id must be text of at most {bytes} bytes without control characters, and neither "." nor "..".',
  'recognition.bad_backend':
    'The parameter detector_backend must be a name: letters, digits, ".", "_", "+" and "-", at most 40 of them.',
  'recognition.no_picture':
    'Send a clip in the field video or an image in the field image (multipart/form-data), or JSON with image_base64.',
  'recognition.bad_label': 'The parameter label must be live or spoof.',
  'recognition.no_image':
    'Send an image in the field image (multipart/form-data), or JSON with image_base64.',
  'recognition.not_text': 'The field {name} must be text.',
  'recognition.bad_consent':
    'The parameter consent must be text of 1 to {bytes} bytes without control characters.',
  'recognition.registered': 'Registered successfully',
  'recognition.replaced': 'Registered successfully: the former registration was replaced',
  'recognition.not_live': 'Liveness was not confirmed',
  'recognition.heuristic': 'Liveness cannot be confirmed: this server has no anti-spoofing model',
  'recognition.experimental':
    'Liveness cannot be confirmed: the only anti-spoofing model of this server is experimental',
  'recognition.ok': 'OK',
  'recognition.no_match': 'The face is not that of the registered person',
  'recognition.not_identified': 'The face is that of nobody registered',
  'recognition.erased': 'Registration erased',
};

/** What bore on a verdict; two codes have a text of their own for a single frame and a single blink. */
const reasons = {
  'reason.anti_spoof_score': '{model} scores the face {live} live.',
  'reason.anti_spoof_score_missing': '{model} could not score the face.',
  'reason.anti_spoof_model_missing':
    '{model} is asked for but not installed; the verdict does not rest on the other nets alone.',
  'reason.no_anti_spoof_model':
    'No anti-spoof model is installed, so a still picture cannot show whether the face is live.',
  'reason.experimental_net':
    'The only anti-spoof model here is experimental: its word alone neither enrols anybody nor confirms a selfie for onboarding.',
  'reason.between_thresholds':
    'The scores lie between the limit for an attack ({attack}) and for a live face ({live}).',
  'reason.face_too_small': 'The face is {side} pixels across; at least {minimum} are needed. Move closer.',
  'reason.face_cut_off': 'Only {visible} of the face is in the picture. Move it into the middle.',
  'reason.face_too_close':
    'The face fills the picture. Hold the camera further away, so that what is around the face can be seen.',
  'reason.face_blurred': 'The face is blurred. Hold the camera still, and clean its lens.',
  'reason.face_too_dark': 'The face is too dark. Find more light.',
  'reason.face_too_bright': 'There is too much light on the face. Turn away from it.',
  'reason.face_turned_away': 'The face is turned too far (yaw {yaw}°, pitch {pitch}°). Look at the camera.',
  'reason.pose_unknown': 'The direction of the face could not be measured.',
  'reason.grid_pattern': 'The texture shows a regular grid, as a screen does ({value}).',
  'reason.glare': 'A part of the face is blown out by glare, as on glossy paper or glass ({value}).',
  'reason.straight_lines':
    "Straight lines cross the face's surroundings, as the edges of a sheet or a screen do ({value}).",
  'reason.too_few_frames':
    'The clip has too few frames a second to show a blink ({frameRate}; at least {minimum}).',
  'reason.too_few_frames.single':
    'The clip has one frame in all; to show a blink, at least {minimum} a second are needed.',
  'reason.blink_seen': '{count} blinks were seen.',
  'reason.blink_seen.once': 'One blink was seen.',
  'reason.no_face': 'No face is to be seen.',
  'reason.several_faces': 'More than one face could be meant. Only one person may be in view.',
  'reason.no_blink': 'No blink was seen. Look at the camera, and close and open both eyes.',
  'reason.face_changed': 'Not the same face is to be seen from the beginning to the end.',
  'reason.not_the_selfie': 'The face is not that of the picture this check belongs to.',
  'reason.same_as_selfie': 'The face is that of the picture this check belongs to.',
  'reason.face_not_comparable':
    'The face is not seen well enough to compare it. Come closer, look at the camera, and see to good light.',
  'reason.attack_signs': 'The anti-spoof models take the clip for an attack.',
  'reason.no_attack_signs': 'The anti-spoof models do not take the clip for an attack.',
  'reason.passive_inconclusive':
    'The anti-spoof models are not sure that the face is live. Come closer, and see to even light.',
  'reason.turns_alone':
    'No anti-spoof model that may vouch is installed: the result rests on the turns alone, and a replay of somebody who does as told may pass.',
  'reason.no_anti_spoof_model_for_clip':
    'No anti-spoof model is installed: nothing tells the clip from a replayed one.',
  'reason.too_few_faces':
    'The face is seen alone in {count} frames of the clip; at least {minimum} are needed.',
  'reason.too_few_live': 'In {ratio} of the frames the face seems live; at least {minimum} are needed.',
  'reason.closing_one_eye': 'One eye closed, but not the other.',
  'reason.closing_too_short': 'The eyes closed for too short a time for a blink.',
  'reason.closing_too_long': 'The eyes stayed closed, or looked down, for too long for a blink.',
  'reason.closing_too_noisy':
    'The picture is too unsteady to tell whether the eyes closed. More light helps.',
  'reason.closing_face_turned': 'The eyes closed while the head was turned away. Look at the camera.',
  'reason.closing_head_moved': 'The eyes closed while the head moved. Keep it still.',
  'reason.closing_face_warped':
    'The whole face became narrower, as that of a picture that is tilted or bent.',
  'reason.closing_covered': 'Something passed in front of the eyes.',
  'reason.closing_abrupt': 'The eyes closed and opened without any movement of the lids.',
} satisfies Record<`reason.${Reason['code'] | 'too_few_frames.single' | 'blink_seen.once'}`, string>;

export const en = {
  ...errors,
  ...camera,
  ...frames,
  ...frameSigns,
  ...recognition,
  ...reasons,
  ...consoleTexts,
  ...demoTexts,
};
