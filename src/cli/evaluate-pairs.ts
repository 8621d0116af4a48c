import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PicturePair } from '../services/evaluate-pairs.ts';
import { parseTable } from './csv.ts';
import { UsageError } from './usage.ts';

/** A list of pairs, and the hash of its file. */
export interface PairList {
  readonly pairs: readonly PicturePair[];
  readonly sha256: string;
}

/**
 * Reads pairs of pictures: a CSV with the columns `a`, `b` and `same` (1 or 0); paths are relative to the manifest's
 * folder. Who is who the manifest says; of pictures that it does not name, pairs of one person tie them together.
 *
 * @param subjects by path
 * @throws UsageError where it is no such list
 */
export async function readPairs(file: string, subjects: ReadonlyMap<string, string>): Promise<PairList> {
  const bytes = await readFile(file).catch((error) => {
    throw new UsageError(`--pairs: ${file} cannot be read (${error.code ?? error.message}).`);
  });
  const { columns, rows } = parseTable(`--pairs: ${file}`, bytes);
  if (!['a', 'b', 'same'].every((column) => columns.includes(column)))
    throw new UsageError(`--pairs: ${file} needs the columns a, b and same; it has ${columns.join(', ')}.`);
  const listed = rows.map(({ a = '', b = '', same }, at) => {
    if (same !== '0' && same !== '1')
      throw new UsageError(`--pairs: ${file}, row ${at + 1}: same is 1 or 0, not "${same}".`);
    return { a, b, same: same === '1' };
  });
  const known = (picture: string) => subjects.get(picture) ?? picture;
  const tied = tie(listed.flatMap(({ a, b, same }) => (same ? [[known(a), known(b)] as const] : [])));
  const personOf = (picture: string) => tied(known(picture));
  const wrong = listed.findIndex(({ a, b, same }) => !same && personOf(a) === personOf(b));
  if (wrong >= 0)
    throw new UsageError(`--pairs: ${file}, row ${wrong + 1} contradicts others: by them it is one person.`);
  return {
    pairs: listed.map(({ a, b }) => ({ pictures: [a, b], people: [personOf(a), personOf(b)] })),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Names each picture's person after one of their pictures (union-find; Tarjan 1975, without ranks). */
function tie(same: readonly (readonly [string, string])[]): (picture: string) => string {
  const towards = new Map<string, string>();
  const personOf = (picture: string): string => {
    let person = picture;
    for (let next = towards.get(person); next !== undefined; next = towards.get(person)) person = next;
    return person;
  };
  for (const [one, other] of same) {
    const [a, b] = [personOf(one), personOf(other)];
    if (a !== b) towards.set(a, b);
  }
  return personOf;
}
