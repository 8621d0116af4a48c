/** A unit with a score. */
export interface RankedRow {
  /** Any finite number; the higher, the more live. */
  readonly score: number;
  readonly live: boolean;
}

/** Rows sorted by their scores once, so that thousands of weightings of them cost one pass each. */
export interface Ranking {
  /** Distinct scores, the least first, and null for calling nobody live. */
  readonly thresholds: readonly (number | null)[];
  /** The rows by their places in the list that was ranked, the lowest score first. */
  readonly order: Int32Array;
  /** For each distinct score where in `order` the rows that have it end. */
  readonly ends: Int32Array;
  /** 1 for a live row, in the order of the list. */
  readonly live: Uint8Array;
}

/**
 * What each threshold does. Place k is of the threshold `scores[k]`, from which a row is called live; the last place
 * calls nobody live. So APCER falls from 1 to 0 and BPCER grows from 0 to 1.
 */
export interface OperatingPoints {
  readonly thresholds: readonly (number | null)[];
  readonly apcer: Float64Array;
  readonly bpcer: Float64Array;
}

/** Shares that differ by less are alike: they are sums of weights. */
const tolerance = 1e-9;

/** None and all exactly, for no error at all is told apart from one of very many. */
function exactEnds(share: number): number {
  if (share < tolerance) return 0;
  return share > 1 - tolerance ? 1 : share;
}

export function rank(rows: readonly RankedRow[]): Ranking {
  const order = Int32Array.from(rows, (_, at) => at).sort(
    (one, other) => rows[one]!.score - rows[other]!.score,
  );
  const scores: number[] = [];
  const ends: number[] = [];
  for (const [place, at] of order.entries()) {
    const { score } = rows[at]!;
    if (scores.at(-1) !== score) {
      scores.push(score);
      ends.push(place);
    }
    ends[ends.length - 1] = place + 1;
  }
  return {
    thresholds: [...scores, null],
    order,
    ends: Int32Array.from(ends),
    live: Uint8Array.from(rows, ({ live }) => (live ? 1 : 0)),
  };
}

/**
 * @param weights of the rows, in the order in which they were ranked; 0 or more
 * @returns undefined where a class has no weight
 */
export function operatingPoints(
  { thresholds, order, ends, live }: Ranking,
  weights: ArrayLike<number>,
): OperatingPoints | undefined {
  let [lives, attacks] = [0, 0];
  for (let row = 0; row < live.length; row++) {
    if (live[row]) lives += weights[row]!;
    else attacks += weights[row]!;
  }
  if (lives === 0 || attacks === 0) return undefined;
  const apcer = new Float64Array(thresholds.length);
  const bpcer = new Float64Array(thresholds.length);
  let [livesBelow, attacksBelow] = [0, 0];
  apcer[0] = 1;
  for (let at = 0, place = 0; at < ends.length; at++) {
    for (; place < ends[at]!; place++) {
      const row = order[place]!;
      if (live[row]) livesBelow += weights[row]!;
      else attacksBelow += weights[row]!;
    }
    apcer[at + 1] = exactEnds(1 - attacksBelow / attacks);
    bpcer[at + 1] = exactEnds(livesBelow / lives);
  }
  // Sums of thirds need not come to one again; the ends are known.
  apcer[ends.length] = 0;
  bpcer[ends.length] = 1;
  return { thresholds, apcer, bpcer };
}

/**
 * The area under the ROC curve: the probability that a bona fide row scores higher than an attack, ties counting half
 * (Mann and Whitney).
 */
export function areaUnder({ apcer, bpcer }: OperatingPoints): number {
  let area = 0;
  for (let at = 0; at + 1 < apcer.length; at++)
    area += (apcer[at]! - apcer[at + 1]!) * (1 - (bpcer[at]! + bpcer[at + 1]!) / 2);
  return exactEnds(area);
}

/**
 * The equal error rate: where the line between two neighbouring operating points crosses APCER = BPCER. Taking a
 * threshold between them at random errs so often in both ways (Fawcett 2006, on the ROC's convex hull and ties).
 */
export function equalErrorRate({ thresholds, apcer, bpcer }: OperatingPoints): {
  rate: number;
  threshold: number;
} {
  let at = 0;
  while (apcer[at + 1]! > bpcer[at + 1]!) at++;
  const [before, after] = [apcer[at]! - bpcer[at]!, apcer[at + 1]! - bpcer[at + 1]!];
  const share = before === after ? 0 : before / (before - after);
  const lower = thresholds[at]!;
  const upper = thresholds[at + 1] ?? lower;
  return {
    rate: apcer[at]! + share * (apcer[at + 1]! - apcer[at]!),
    threshold: lower + share * (upper - lower),
  };
}

/** The place of the lowest threshold at which at most `allowed` of the attacks pass, and so the fewest are refused. */
export function placeOfApcer({ apcer }: OperatingPoints, allowed: number): number {
  return apcer.findIndex((rate) => rate <= allowed + tolerance);
}

/**
 * The cut with the least mean of APCER and BPCER: halfway between two neighbouring scores, so that what lies near
 * either is on its own side; the lowest of several.
 */
export function bestCut({ thresholds, apcer, bpcer }: OperatingPoints): number {
  let best = 0;
  for (let at = 1; at < apcer.length; at++)
    if (apcer[at]! + bpcer[at]! < apcer[best]! + bpcer[best]! - tolerance) best = at;
  const [below, above] = [thresholds[best - 1], thresholds[best]];
  if (below === undefined || below === null) return above!;
  return above === null || above === undefined ? below + 1 : (below + above) / 2;
}
