import type { Reason } from '../decisions/reasons.ts';
import type { Findings } from './lifecycle.ts';

/** Reasons for which a picture tells neither the one nor the other. */
const doubts: ReadonlySet<Reason['code']> = new Set([
  'between_thresholds',
  'passive_inconclusive',
  'anti_spoof_score_missing',
  'anti_spoof_model_missing',
  'no_anti_spoof_model',
  'no_anti_spoof_model_for_clip',
  'face_too_small',
  'face_cut_off',
  'face_too_close',
  'face_blurred',
  'face_too_dark',
  'face_too_bright',
  'face_turned_away',
  'pose_unknown',
]);

/** A contract's yes or no, and why, in the words of the decision log. */
export function summarise(
  accepted: boolean,
  reasons: readonly Pick<Reason, 'code'>[],
): Pick<Findings, 'outcome' | 'reasons'> {
  const codes = reasons.map(({ code }) => code);
  const refusal = codes.includes('attack_signs')
    ? 'attack'
    : codes.some((code) => doubts.has(code))
      ? 'inconclusive'
      : 'refused';
  return { outcome: accepted ? 'live' : refusal, reasons: codes };
}
