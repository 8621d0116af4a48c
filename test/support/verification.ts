import { seededRandom } from './random.ts';

// Error rates of comparisons of faces, and how sure they are. People are what is independent, not pictures of them
// nor pairs of pictures: intervals come from drawing people anew.

/** A face as a vector, and whose it is. */
export interface Portrait {
  readonly person: string;
  readonly vector: Float32Array;
}

/** Two faces of one person or of two, by their people's numbers, and how far apart they are. */
export interface Comparison {
  readonly one: number;
  readonly other: number;
  readonly distance: number;
}

/** All comparisons of a set, each kind the closest first. */
export interface Comparisons {
  readonly people: number;
  readonly genuine: readonly Comparison[];
  readonly impostor: readonly Comparison[];
}

/** A figure with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Numbers people in the order in which they first appear. */
export function numberPeople(portraits: readonly Portrait[]): ReadonlyMap<string, number> {
  const names = new Set(portraits.map(({ person }) => person));
  return new Map([...names].map((name, number) => [name, number]));
}

/** Compares the two portraits of each pair. */
export function comparePairs<T extends Portrait>(
  pairs: Iterable<readonly [T, T]>,
  people: ReadonlyMap<string, number>,
  distanceOf: (one: T, other: T) => number,
): Comparisons {
  const genuine: Comparison[] = [];
  const impostor: Comparison[] = [];
  for (const [one, other] of pairs)
    (one.person === other.person ? genuine : impostor).push({
      one: people.get(one.person)!,
      other: people.get(other.person)!,
      distance: distanceOf(one, other),
    });
  return { people: people.size, genuine: byDistance(genuine), impostor: byDistance(impostor) };
}

/** Each portrait with each one before it. */
export function* allPairs<T>(portraits: readonly T[]): Generator<readonly [T, T]> {
  for (const [at, one] of portraits.entries())
    for (let before = 0; before < at; before++) yield [portraits[before]!, one];
}

function byDistance(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.toSorted((one, other) => one.distance - other.distance);
}

/** How often each person was drawn; a pair counts as often as both its people together. */
type Draw = readonly number[];

const weightOf = (draw: Draw, { one, other }: Comparison) =>
  one === other ? draw[one]! : draw[one]! * draw[other]!;

function weigh(draw: Draw, comparisons: readonly Comparison[]): number {
  let sum = 0;
  for (const comparison of comparisons) sum += weightOf(draw, comparison);
  return sum;
}

/** The share of sorted comparisons that are closer than a limit, or as close. */
function shareWithin(draw: Draw, sorted: readonly Comparison[], limit: number): number {
  let sum = 0;
  for (const comparison of sorted) {
    if (comparison.distance > limit) break;
    sum += weightOf(draw, comparison);
  }
  return sum / weigh(draw, sorted);
}

/** The distance that a share of sorted comparisons stays below. */
function quantile(draw: Draw, sorted: readonly Comparison[], share: number): number {
  const wanted = share * weigh(draw, sorted);
  let sum = 0;
  for (const comparison of sorted) {
    sum += weightOf(draw, comparison);
    if (sum > wanted) return comparison.distance;
  }
  return Number.POSITIVE_INFINITY;
}

/** The true accept rate where `rate` of the impostors are accepted. */
export const acceptedAt =
  (rate: number) =>
  ({ genuine, impostor }: Comparisons, draw: Draw): number => {
    const limit = quantile(draw, impostor, rate);
    return shareWithin(draw, genuine, limit - Number.EPSILON);
  };

/** The share of impostors that match at a limit. */
export const falseMatches =
  (limit: number) =>
  ({ impostor }: Comparisons, draw: Draw): number =>
    shareWithin(draw, impostor, limit);

/** The share of genuine comparisons that do not. */
export const falseNonMatches =
  (limit: number) =>
  ({ genuine }: Comparisons, draw: Draw): number =>
    1 - shareWithin(draw, genuine, limit);

/** The chance that a genuine pair is closer than an impostor's. */
export function areaUnderCurve({ genuine, impostor }: Comparisons, draw: Draw): number {
  let [closerImpostors, area, at] = [0, 0, 0];
  for (const one of genuine) {
    for (; at < impostor.length && impostor[at]!.distance < one.distance; at++)
      closerImpostors += weightOf(draw, impostor[at]!);
    area += weightOf(draw, one) * closerImpostors;
  }
  return 1 - area / (weigh(draw, genuine) * weigh(draw, impostor));
}

/**
 * A figure with the interval that 95 % of `draws` sets of people, drawn anew from those there are, give for it
 * (percentile bootstrap over people). Sets without any genuine pair say nothing and are passed over.
 */
export function estimate(
  comparisons: Comparisons,
  figure: (comparisons: Comparisons, draw: Draw) => number,
  draws: number,
): Estimate {
  const { people } = comparisons;
  const random = seededRandom(1);
  const drawn = Array.from({ length: draws }, () => {
    const draw = new Array<number>(people).fill(0);
    for (let person = 0; person < people; person++) draw[Math.floor(random() * people)]!++;
    return figure(comparisons, draw);
  })
    .filter((value) => !Number.isNaN(value))
    .sort((one, other) => one - other);
  const at = (share: number) => drawn[Math.floor(share * (drawn.length - 1))]!;
  return { value: figure(comparisons, new Array<number>(people).fill(1)), low: at(0.025), high: at(0.975) };
}

/** `95.00 % (93.1 to 96.8)`. */
export function shown({ value, low, high }: Estimate, digits = 2): string {
  const percent = (share: number) => (100 * share).toFixed(digits);
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}
