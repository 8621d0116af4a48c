import type { ScoreSource } from './judge-face.ts';

/** What a score that enrols somebody, or lets them be compared, may rest on. */
export interface Trust {
  /** `ALLOW_HEURISTIC_ENROL`: texture alone will do, for demonstrations. */
  readonly allowHeuristic: boolean;
  /** Whether the classifier in use, if there is one, weighs an anti-spoof net. */
  readonly classifierWeighsNets: boolean;
}

/**
 * Whether a live verdict by such a score is enough to go on. Texture is not, neither by the weights of the heuristic nor
 * by those of a classifier: one that was trained on it let 16 % of the attacks pass (`docs/training.md`).
 */
export function isTrusted(source: ScoreSource, { allowHeuristic, classifierWeighsNets }: Trust): boolean {
  if (allowHeuristic) return true;
  return source === 'anti_spoof' || (source === 'classifier' && classifierWeighsNets);
}
