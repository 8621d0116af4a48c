import { percentileOfSorted } from '../statistics.ts';
import { seededRandom } from '../training/seeded-random.ts';

/** Subjects of one source, drawn anew with replacement, again and again: the bootstrap (Efron 1979). */
export interface Draws {
  readonly draws: number;
  /** The number of a subject, by its name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** How often each subject was drawn, by draw and number. */
  readonly counts: readonly Uint16Array[];
}

/**
 * @param source gives each source draws of its own, whichever others are evaluated with it
 */
export function drawSubjects(
  subjects: Iterable<string>,
  source: string,
  { seed, draws }: { readonly seed: number; readonly draws: number },
): Draws {
  const numbers = new Map([...new Set(subjects)].map((name, number) => [name, number]));
  const random = seededRandom(seed ^ hashOf(source));
  const counts = Array.from({ length: draws }, () => {
    const drawn = new Uint16Array(numbers.size);
    for (let subject = 0; subject < numbers.size; subject++) drawn[Math.floor(random() * numbers.size)]!++;
    return drawn;
  });
  return { draws, numbers, counts };
}

/** FNV-1a, 32 bits: a seed from a name. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash;
}

/** What holds 95 % of the values that are numbers; null where there are none. */
export function interval(values: Iterable<number>): { low: number; high: number } | null {
  const sorted = Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort();
  if (sorted.length === 0) return null;
  const list = Array.from(sorted);
  return { low: percentileOfSorted(list, 0.025), high: percentileOfSorted(list, 0.975) };
}
