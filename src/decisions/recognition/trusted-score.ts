import type { ScoreSource } from './judge-face.ts';

/** What a score that enrols somebody, or lets them be compared, may rest on. */
export interface Trust {
  /** `ALLOW_HEURISTIC_ENROL`: texture alone will do, for demonstrations. */
  readonly allowHeuristic: boolean;
  /** `ALLOW_EXPERIMENTAL`: the experimental net alone will do. */
  readonly allowExperimental: boolean;
  /** What the classifier in use, if there is one, weighs beside texture. */
  readonly classifierRestsOn: ClassifierBasis;
}

/** `anti_spoof`: a net that is trusted; `experimental`: the experimental net alone; `texture`: no net. */
export type ClassifierBasis = 'anti_spoof' | 'experimental' | 'texture';

/**
 * Whether a live verdict by such a score is enough to go on. Texture is not, neither by the weights of the heuristic nor
 * by those of a classifier: one that was trained on it let 16 % of the attacks pass (`docs/training.md`). The experimental
 * net alone is not either (`../experimental-net.ts`), unless the operator says so.
 */
export function isTrusted(source: ScoreSource, trust: Trust): boolean {
  if (trust.allowHeuristic) return true;
  const basis = source === 'classifier' ? trust.classifierRestsOn : source;
  return basis === 'anti_spoof' || (basis === 'experimental' && trust.allowExperimental);
}
