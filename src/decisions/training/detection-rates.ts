import { exactInterval } from '../exact-interval.ts';
import { percentileOfSorted } from '../statistics.ts';

/** A face that was scored by a model that had not seen its subject. */
export interface ScoredRow {
  /** The higher, the more live; 0..1. */
  readonly score: number;
  readonly live: boolean;
  readonly subject: string;
}

/** A share with its exact 95 % interval (Clopper and Pearson), which takes rows for independent. */
export interface ExactRate {
  readonly errors: number;
  readonly of: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** ISO/IEC 30107-3: attacks taken for bona fide (APCER), and bona fide presentations taken for attacks (BPCER). */
export interface ErrorRates {
  readonly apcer: ExactRate;
  readonly bpcer: ExactRate;
}

/** The errors of calling live whatever scores `threshold` or more; both classes must be there. */
export function errorRates(rows: readonly ScoredRow[], threshold: number): ErrorRates {
  const attacks = rows.filter(({ live }) => !live);
  const bonaFide = rows.filter(({ live }) => live);
  return {
    apcer: rateOf(attacks.filter(({ score }) => score >= threshold).length, attacks.length),
    bpcer: rateOf(bonaFide.filter(({ score }) => score < threshold).length, bonaFide.length),
  };
}

function rateOf(errors: number, of: number): ExactRate {
  return { errors, of, rate: errors / of, ...exactInterval(errors, of) };
}

/**
 * The area under the ROC curve: the probability that a live row scores higher than an attack, ties counting half
 * (Mann and Whitney). NaN where a class is missing.
 */
export function areaUnderCurve(rows: readonly Pick<ScoredRow, 'score' | 'live'>[]): number {
  const sorted = rows.toSorted((one, other) => one.score - other.score);
  let won = 0;
  let attacksBelow = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    let live = 0;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) {
      if (sorted[to]!.live) live++;
      to++;
    }
    const attacks = to - from - live;
    won += live * (attacksBelow + attacks / 2);
    attacksBelow += attacks;
    from = to;
  }
  return won / (attacksBelow * (sorted.length - attacksBelow));
}

/**
 * The 95 % interval of a figure by drawing subjects, not rows, anew (the percentile bootstrap; Efron 1979): pictures
 * of one person are much alike, so rows say less than they seem to. Draws that miss a class say nothing and do not
 * count.
 *
 * @param random numbers from 0 to 1
 * @param figure NaN where it has no value
 */
export function bootstrapInterval(
  rows: readonly ScoredRow[],
  figure: (drawn: readonly ScoredRow[]) => number,
  random: () => number,
  draws = 1000,
): { readonly low: number; readonly high: number } {
  const groups = new Map<string, ScoredRow[]>();
  for (const row of rows) {
    const group = groups.get(row.subject);
    if (group) group.push(row);
    else groups.set(row.subject, [row]);
  }
  const bySubject = [...groups.values()];
  const figures: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = bySubject.flatMap(() => bySubject[Math.floor(random() * bySubject.length)]!);
    const value = figure(drawn);
    if (!Number.isNaN(value)) figures.push(value);
  }
  const sorted = figures.sort((one, other) => one - other);
  return { low: percentileOfSorted(sorted, 0.025), high: percentileOfSorted(sorted, 0.975) };
}
