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
  | { readonly code: 'grid_pattern' | 'glare' | 'straight_lines'; readonly value: number };

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
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
