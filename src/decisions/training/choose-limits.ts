import type { Limits } from '../live-calibration.ts';
import { type SharedRow, shareAlike } from './share-alike.ts';

/** The errors that a calibration allows itself, as shares of presentations that are in range; 0..1. */
export interface StatedRates {
  /** Attacks that are called live outright. */
  readonly attacksCalledLive: number;
  /** Bona fide presentations that are called an attack outright. */
  readonly genuineCalledAttack: number;
}

/** The errors that limits are chosen for unless somebody asks for others: what the documents promise. */
export const statedRates: StatedRates = { attacksCalledLive: 0.05, genuineCalledAttack: 0.02 };

/** A face scored by a calibration that had not seen its source. */
export interface ScoredPresentation extends SharedRow {
  readonly logOdds: number;
}

/**
 * The limits at which errors stay within the stated rates: from the lowest live limit up no more attacks are
 * called live, from the highest attack limit down no more genuine faces are called an attack. Sources weigh alike, and
 * so do units within a source. Where the classes lie so far apart that the two limits cross, they change places: of what
 * lies between the classes nobody was seen, so it stays undecided, and no more errors are made.
 *
 * @param scored both classes must be there
 * @returns log-odds
 */
export function chooseLimits(scored: readonly ScoredPresentation[], rates: StatedRates): Limits {
  const attacks = weigh(scored.filter(({ live }) => !live));
  const genuine = weigh(scored.filter(({ live }) => live));
  if (attacks.length === 0 || genuine.length === 0) throw new RangeError('Both classes are needed.');
  const live = lowestLimit(attacks, rates.attacksCalledLive);
  const mirrored = genuine.map(({ logOdds, weight }) => ({ logOdds: -logOdds, weight }));
  const attack = -lowestLimit(mirrored, rates.genuineCalledAttack);
  return { live: Math.max(live, attack), attack: Math.min(live, attack) };
}

interface Weighed {
  readonly logOdds: number;
  readonly weight: number;
}

function weigh(rows: readonly ScoredPresentation[]): Weighed[] {
  const shares = shareAlike(rows);
  return rows.map(({ logOdds }, at) => ({ logOdds, weight: shares[at]! }));
}

/** The lowest limit that a share of the weight, at most, reaches. */
function lowestLimit(rows: readonly Weighed[], share: number): number {
  const sorted = rows.toSorted((one, other) => other.logOdds - one.logOdds);
  let reached = 0;
  let limit = Infinity;
  for (let at = 0; at < sorted.length; ) {
    const { logOdds } = sorted[at]!;
    let alike = 0;
    for (; sorted[at]?.logOdds === logOdds; at++) alike += sorted[at]!.weight;
    // Rounding: a share that is reached exactly is within it.
    if (reached + alike > share + 1e-12)
      return limit === Infinity ? logOdds + beyondAll : (logOdds + limit) / 2;
    reached += alike;
    limit = logOdds;
  }
  return limit;
}

/** So far beyond all that was seen lies a limit that none of it may reach; log-odds. */
const beyondAll = 0.1;
