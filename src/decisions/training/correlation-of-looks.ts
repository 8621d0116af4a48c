import { clamp, mean } from '../statistics.ts';
import type { ScoredPresentation } from './choose-limits.ts';

/**
 * How alike pictures of one presentation are scored, 0..1: the intraclass correlation of their log-odds within a class,
 * ICC(1) of a one-way analysis of variance with groups of different sizes (Shrout and Fleiss 1979; Donner 1986 for the
 * mean size). What all pictures of a camera have in common counts as alike, for a session has one camera.
 *
 * @returns 1 where too few presentations have several pictures to tell: many then say what one does
 */
export function correlationOfLooks(scored: readonly ScoredPresentation[]): number {
  const groups = groupByUnit(scored).filter(({ length }) => length > 1);
  const classes = [true, false]
    .map((live) => groups.filter(([first]) => first!.live === live))
    .filter(({ length }) => length > 0);
  const looks = groups.reduce((sum, { length }) => sum + length, 0);
  const [between, within] = [groups.length - classes.length, looks - groups.length];
  if (between < leastGroups) return 1;
  let [squaresBetween, squaresWithin] = [0, 0];
  for (const ofClass of classes) {
    const centre = mean(ofClass.flat().map(({ logOdds }) => logOdds));
    for (const group of ofClass) {
      const middle = mean(group.map(({ logOdds }) => logOdds));
      squaresBetween += group.length * (middle - centre) ** 2;
      squaresWithin += group.reduce((sum, { logOdds }) => sum + (logOdds - middle) ** 2, 0);
    }
  }
  const size =
    (looks - groups.reduce((sum, { length }) => sum + length ** 2, 0) / looks) / (groups.length - 1);
  const [meanBetween, meanWithin] = [squaresBetween / between, squaresWithin / within];
  const total = meanBetween + (size - 1) * meanWithin;
  return total === 0 ? 1 : clamp((meanBetween - meanWithin) / total, 0, 1);
}

/** Degrees of freedom below which presentations are too few to say how they differ. A judgement. */
const leastGroups = 10;

function groupByUnit(scored: readonly ScoredPresentation[]): ScoredPresentation[][] {
  const groups = new Map<string, ScoredPresentation[]>();
  for (const row of scored) {
    const key = JSON.stringify([row.source, row.unit, row.live]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
