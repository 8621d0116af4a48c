/**
 * Deals subjects out to folds, so that nobody is both learnt from and tested on: the one with the most rows first,
 * each to the fold that has the fewest rows then. The same for the same subjects, whatever their order.
 *
 * @param subjects one entry for each row
 * @returns the fold of each row, 0 to `folds` − 1
 */
export function dealFolds(subjects: readonly string[], folds: number): number[] {
  const rows = new Map<string, number>();
  for (const subject of subjects) rows.set(subject, (rows.get(subject) ?? 0) + 1);
  const byRows = [...rows].sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1));
  const sizes = Array.from({ length: folds }, () => 0);
  const foldOf = new Map<string, number>();
  for (const [subject, count] of byRows) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold]! += count;
    foldOf.set(subject, fold);
  }
  return subjects.map((subject) => foldOf.get(subject)!);
}
