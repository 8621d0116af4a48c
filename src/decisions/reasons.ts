import type { RefusalOfBlink } from './blink/find-blinks.ts';

/**
 * One thing that bore on a verdict: a stable code and the numbers behind it. What it says in words stands in
 * the catalogue of texts under `reason.` and the code.
 */
export type Reason = PictureReason | ClipReason;

/** What bears on a picture. Shares and scores are 0..1, angles degrees, `side` and its minimum pixels. */
type PictureReason =
  | { readonly code: 'anti_spoof_score'; readonly model: string; readonly live: number }
  | { readonly code: 'anti_spoof_score_missing'; readonly model: string }
  | { readonly code: 'anti_spoof_model_missing'; readonly model: string }
  | { readonly code: 'no_anti_spoof_model' }
  /** What the nets say is the word of our own net alone (`experimental-net.ts`). */
  | { readonly code: 'experimental_net' }
  | { readonly code: 'between_thresholds'; readonly attack: number; readonly live: number }
  | { readonly code: 'face_too_small'; readonly side: number; readonly minimum: number }
  | { readonly code: 'face_cut_off'; readonly visible: number; readonly minimum: number }
  | { readonly code: 'face_too_close'; readonly room: number; readonly minimum: number }
  | { readonly code: 'face_blurred'; readonly sharpness: number; readonly minimum: number }
  | { readonly code: 'face_too_dark'; readonly brightness: number; readonly minimum: number }
  | { readonly code: 'face_too_bright'; readonly brightness: number; readonly maximum: number }
  | { readonly code: 'face_turned_away'; readonly yaw: number; readonly pitch: number }
  | { readonly code: 'pose_unknown' | 'face_not_comparable' }
  | { readonly code: 'grid_pattern' | 'glare' | 'straight_lines'; readonly value: number };

/** What bears on a clip. The frame rate is in frames a second; null: a single frame has none. */
type ClipReason =
  | { readonly code: 'too_few_frames'; readonly frameRate: number | null; readonly minimum: number }
  | { readonly code: 'too_few_faces'; readonly count: number; readonly minimum: number }
  | { readonly code: 'too_few_live'; readonly ratio: number; readonly minimum: number }
  | { readonly code: 'blink_seen'; readonly count: number }
  | { readonly code: 'no_face' | 'several_faces' | 'no_blink' | 'face_not_comparable' }
  | { readonly code: 'face_changed' | 'not_the_selfie' | 'same_as_selfie' }
  | { readonly code: 'attack_signs' | 'no_attack_signs' }
  | { readonly code: 'turns_alone' }
  | { readonly code: 'passive_inconclusive' | 'no_anti_spoof_model_for_clip' }
  | { readonly code: `closing_${RefusalOfBlink}` };
