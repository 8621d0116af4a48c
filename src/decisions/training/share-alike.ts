/** What says how much a row counts. */
export interface SharedRow {
  readonly source: string;
  /** Which rows stand for one presentation. */
  readonly unit: string;
  readonly live: boolean;
}

/**
 * How much each row counts, such that each class adds up to 1, sources of a class weigh alike, and so do units of a
 * source and rows of a unit: hundreds of frames of one clip say no more than one other clip does.
 */
export function shareAlike(rows: readonly SharedRow[]): number[] {
  const sources = new Map<boolean, Map<string, Map<string, number>>>();
  for (const { live, source, unit } of rows) {
    const ofClass = getOr(sources, live, () => new Map<string, Map<string, number>>());
    const ofSource = getOr(ofClass, source, () => new Map<string, number>());
    ofSource.set(unit, (ofSource.get(unit) ?? 0) + 1);
  }
  return rows.map(({ live, source, unit }) => {
    const ofClass = sources.get(live)!;
    const ofSource = ofClass.get(source)!;
    return 1 / (ofClass.size * ofSource.size * ofSource.get(unit)!);
  });
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
