import type { Queries } from '../database/sql.ts';

/**
 * Whose the pictures of the data set are, as far as uploaders said, by their paths relative to its folder. Where two people
 * were named for one picture, both names stand for one person: nobody knows which is right, and what is learnt from
 * one must not be tested on the other.
 *
 * @returns one of the names of each person, for each picture that has any
 */
export async function readSampleSubjects(queries: Queries): Promise<ReadonlyMap<string, string>> {
  const rows = await queries.query<{ raw_path: string; user_id: string }>(
    `select raw_path, user_id from samples join sample_users on sample_id = id
     where state = 'stored' order by id, user_id`,
  );
  const sameAs = new Map<string, string>();
  const personOf = (name: string): string => {
    let person = name;
    for (let other = sameAs.get(person); other !== undefined; other = sameAs.get(person)) person = other;
    return person;
  };
  const firstName = new Map<string, string>();
  for (const { raw_path, user_id } of rows) {
    const first = firstName.get(raw_path);
    if (first === undefined) firstName.set(raw_path, user_id);
    else if (personOf(first) !== personOf(user_id)) sameAs.set(personOf(user_id), personOf(first));
  }
  return new Map([...firstName].map(([path, name]) => [path, personOf(name)]));
}
