import type { Findings } from '../../plugins/lifecycle.ts';
import type { FramesValidation } from '../../services/validate-frames.ts';

/** Signs that somebody tried to deceive; the others say that nobody could tell. */
const attackSigns: ReadonlySet<FramesValidation['evidence']['signs'][number]> = new Set([
  'another_person',
  'repeated_picture',
  'flat_picture',
  'attack_scores',
]);

/** Posed frames in the words of the decision log: `not_left` for instance is a check that was not passed. */
export function summariseFrames({
  isReal,
  vetoed,
  checks,
  evidence,
}: FramesValidation): Pick<Findings, 'outcome' | 'reasons'> {
  const failed = Object.entries(checks).filter(([, check]) => !check.passed);
  const isAttack = evidence.signs.some((sign) => attackSigns.has(sign));
  return {
    outcome: isReal ? 'live' : !vetoed ? 'refused' : isAttack ? 'attack' : 'inconclusive',
    reasons: [...evidence.signs, ...failed.map(([name]) => `not_${name}`)],
  };
}
