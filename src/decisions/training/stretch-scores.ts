import { probabilityOf } from '../live-calibration.ts';
import type { ScoredPresentation } from './choose-limits.ts';
import { shareAlike } from './share-alike.ts';

/**
 * The most, and one over it the least. Without a bound sources that are all easy would make every answer sure. A judgement:
 * data with hard sources come to 2 or 3, and to the bound where the hard one is left out.
 */
const mostStretch = 4;

/**
 * By how much log-odds that were scored out of fold are to be multiplied so that probabilities of unseen sources are what
 * they say: Platt's scaling (1999) with a slope alone, by the log-loss. A penalty keeps weights of few sources small, and
 * so all probabilities near one half; sources differ in their offset, which therefore is left as it is.
 *
 * @param scored presentations of both classes
 * @returns 1/4 to 4
 */
export function stretchOf(scored: readonly ScoredPresentation[]): number {
  const shares = shareAlike(scored);
  const slopeOfLoss = (stretch: number) =>
    scored.reduce((sum, { logOdds, live }, at) => {
      const excess = probabilityOf(stretch * logOdds) - (live ? 1 : 0);
      return sum + shares[at]! * excess * logOdds;
    }, 0);
  // The loss is convex in the stretch: its slope crosses zero once.
  let [low, high] = [1 / mostStretch, mostStretch];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (slopeOfLoss(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
