export { seededRandom } from '../../src/decisions/training/seeded-random.ts';

/** One of `choices`, each as likely as any other. */
export function pick<T>(random: () => number, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)]!;
}
