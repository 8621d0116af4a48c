/** One thing that bore on a verdict: a stable code and the numbers behind it. */
export type Reason =
  | { readonly code: 'anti_spoof_score'; readonly model: string; readonly live: number }
  | { readonly code: 'anti_spoof_score_missing'; readonly model: string }
  | { readonly code: 'anti_spoof_model_missing'; readonly model: string }
  | { readonly code: 'no_anti_spoof_model' }
  | { readonly code: 'between_thresholds'; readonly attack: number; readonly live: number }
  | { readonly code: 'face_too_small'; readonly side: number; readonly minimum: number }
  | { readonly code: 'face_turned_away'; readonly yaw: number; readonly pitch: number }
  | { readonly code: 'pose_unknown' }
  | { readonly code: 'grid_pattern' | 'glare' | 'straight_lines'; readonly value: number }
  | ClipReason;

/** What bears on a clip. */
type ClipReason =
  | { readonly code: 'too_few_frames'; readonly frameRate: number | null; readonly minimum: number }
  | { readonly code: 'blink_seen'; readonly count: number }
  | { readonly code: keyof typeof clipTexts };

const clipTexts = {
  no_face: 'No face is to be seen.',
  several_faces: 'More than one face could be meant. Only one person may be in view.',
  no_blink: 'No blink was seen. Look at the camera, and close and open both eyes.',
  face_changed: 'Not the same face is to be seen from the beginning to the end.',
  not_the_selfie: 'The face is not that of the picture this check belongs to.',
  selfie_not_comparable: 'The face could not be compared with that of the picture this check belongs to.',
  attack_signs: 'The anti-spoof models take the clip for an attack.',
  no_attack_signs: 'The anti-spoof models do not take the clip for an attack.',
  no_anti_spoof_model_for_clip:
    'No anti-spoof model is installed: nothing tells the clip from a replayed one.',
  closing_one_eye: 'One eye closed, but not the other.',
  closing_too_short: 'The eyes closed for too short a time for a blink.',
  closing_too_long: 'The eyes stayed closed, or looked down, for too long for a blink.',
  closing_too_noisy: 'The picture is too unsteady to tell whether the eyes closed. More light helps.',
  closing_face_turned: 'The eyes closed while the head was turned away. Look at the camera.',
  closing_head_moved: 'The eyes closed while the head moved. Keep it still.',
  closing_face_warped: 'The whole face became narrower, as that of a picture that is tilted or bent.',
  closing_covered: 'Something passed in front of the eyes.',
  closing_abrupt: 'The eyes closed and opened without any movement of the lids.',
} as const;

/** A reason in plain English. */
export function explain(reason: Reason): string {
  switch (reason.code) {
    case 'anti_spoof_score':
      return `${reason.model} scores the face ${percent(reason.live)} live.`;
    case 'anti_spoof_score_missing':
      return `${reason.model} could not score the face.`;
    case 'anti_spoof_model_missing':
      return `${reason.model} is asked for but not installed; the verdict does not rest on the other nets alone.`;
    case 'no_anti_spoof_model':
      return 'No anti-spoof model is installed, so a still picture cannot show whether the face is live.';
    case 'between_thresholds':
      return `The scores lie between the limit for an attack (${percent(reason.attack)}) and for a live face (${percent(reason.live)}).`;
    case 'face_too_small':
      return `The face is ${Math.floor(reason.side)} pixels across; at least ${reason.minimum} are needed. Move closer.`;
    case 'face_turned_away':
      return `The face is turned too far (yaw ${reason.yaw.toFixed(0)}°, pitch ${reason.pitch.toFixed(0)}°). Look at the camera.`;
    case 'pose_unknown':
      return 'The direction of the face could not be measured.';
    case 'grid_pattern':
      return `The texture shows a regular grid, as a screen does (${percent(reason.value)}).`;
    case 'glare':
      return `A part of the face is blown out by glare, as on glossy paper or glass (${percent(reason.value)}).`;
    case 'straight_lines':
      return `Straight lines cross the face's surroundings, as the edges of a sheet or a screen do (${percent(reason.value)}).`;
    case 'too_few_frames':
      return `The clip has too few frames a second to show a blink (${reason.frameRate?.toFixed(1) ?? 'one frame in all'}; at least ${reason.minimum}).`;
    case 'blink_seen':
      return reason.count === 1 ? 'One blink was seen.' : `${reason.count} blinks were seen.`;
    default:
      return clipTexts[reason.code];
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
