import { groupFaces } from './group-faces.ts';

/** What is known of whose picture one is. */
export interface SubjectEvidence {
  /** Whose it is, where somebody has said so. */
  readonly name: string | undefined;
  /** Of its face, of unit length; undefined where it cannot be compared. */
  readonly embedding: Float32Array | undefined;
}

/**
 * Says whose each picture is: as was said, else as its face says. Faces of one person, of whom some pictures are named,
 * go by that name, so that nobody is both learnt from and tested on because a few of their pictures were not named.
 * Those that cannot be compared are taken for one person together, for the same reason.
 *
 * @param samePersonUpTo see {@link groupFaces}
 */
export function sortSubjects(pictures: readonly SubjectEvidence[], samePersonUpTo: number): string[] {
  if (pictures.every(({ name }) => name !== undefined)) return pictures.map(({ name }) => `named ${name}`);
  const comparable = pictures.filter(({ embedding }) => embedding !== undefined);
  const groups = groupFaces(
    comparable.map(({ embedding }) => embedding!),
    samePersonUpTo,
  );
  const groupOf = new Map(comparable.map((picture, at) => [picture, groups[at]!]));
  const nameOf = new Map<number, string>();
  for (const [{ name }, group] of groupOf)
    if (name !== undefined && !nameOf.has(group)) nameOf.set(group, name);
  return pictures.map((picture) => {
    const group = groupOf.get(picture);
    const name = picture.name ?? (group === undefined ? undefined : nameOf.get(group));
    if (name !== undefined) return `named ${name}`;
    return group === undefined ? 'faces that cannot be compared' : `face ${group}`;
  });
}
