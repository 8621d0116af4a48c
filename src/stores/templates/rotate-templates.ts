import type { Queries, Sql } from '../database/sql.ts';
import { recordEvent } from './audit-trail.ts';
import { sealTemplate } from './template-cipher.ts';
import { beginRotation, holdClock, moveClock } from './template-clock.ts';
import type { TemplateKeys } from './template-keys.ts';
import { openIfWhole, templateColumns, toTemplateRow } from './template-rows.ts';
import type { TemplateSearch } from './template-search.ts';

/** Templates that are encrypted anew in one transaction; enrolments wait that long. */
const batchSize = 200;

export interface RotationResult {
  readonly rotated: number;
  /** Templates that do not open. They stay as they are, and so does the key they name. */
  readonly damaged: number;
}

/**
 * Encrypts with the current key whatever is encrypted with another one, batch by batch, and then retires the keys that
 * nothing is encrypted with any more. Servers may work meanwhile, those that have both keys, in whatever order: all of
 * them write with the current one from now on. Killed at any moment, it
 * goes on where it was when it is run again.
 *
 * @param search writes the vectors that it searches anew, if it keeps any in the database
 * @param onProgress is told after each batch how many are done, of how many there were at the start
 */
export async function rotateTemplates(
  sql: Sql,
  keys: TemplateKeys,
  search: TemplateSearch,
  now: () => Date,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<RotationResult> {
  await beginRotation(sql, keys, now());
  const [count] = await sql.query('select count(*) as count from templates where key_id <> $1', [
    keys.current.id,
  ]);
  const total = Number(count!.count);
  let [rotated, damaged, after] = [0, 0, 0];
  for (;;) {
    const batch = await sql.transaction((transaction) => rotateBatch(transaction, keys, search, after));
    if (!batch) break;
    rotated += batch.rotated;
    damaged += batch.damaged;
    after = batch.last;
    onProgress(rotated + damaged, Math.max(total, rotated + damaged));
  }
  await sql.transaction((transaction) => retireKeys(transaction, keys, rotated, now()));
  return { rotated, damaged };
}

/** The next batch after a revision; undefined where there is none. */
async function rotateBatch(transaction: Queries, keys: TemplateKeys, search: TemplateSearch, after: number) {
  const { revision, erasures } = await holdClock(transaction);
  const rows = await transaction.query(
    `select ${templateColumns} from templates where key_id <> $1 and revision > $2 order by revision limit ${batchSize}`,
    [keys.current.id, after],
  );
  if (rows.length === 0) return undefined;
  const read = rows.map(toTemplateRow);
  const sealed = read.flatMap((row) => {
    const template = openIfWhole(row, keys, () => {});
    return template ? [{ userId: row.userId, sealed: sealTemplate(template, keys.current) }] : [];
  });
  for (const [at, row] of sealed.entries()) {
    await transaction.query(
      'update templates set key_id = $2, sealed = $3, revision = $4 where user_id = $1',
      [...[row.userId, keys.current.id, row.sealed], revision + 1 + at],
    );
  }
  await moveClock(transaction, { revision: revision + sealed.length, erasures });
  await search.follow(transaction);
  return { rotated: sealed.length, damaged: read.length - sealed.length, last: read.at(-1)!.revision };
}

/** Retires keys that nothing is encrypted with; what does not open keeps its key in use. */
async function retireKeys(
  transaction: Queries,
  keys: TemplateKeys,
  templates: number,
  now: Date,
): Promise<void> {
  const { revision, erasures } = await holdClock(transaction);
  await transaction.query(
    'delete from template_keys where key_id <> $1 and key_id not in (select key_id from templates)',
    [keys.current.id],
  );
  if (templates === 0) return;
  // What was encrypted with the old key lasts in the database's files, like what was erased.
  await moveClock(transaction, { revision, erasures: erasures + 1 });
  const details = { templates, key_id: keys.current.id };
  await recordEvent(transaction, { at: now, userId: null, event: 'rotated', details });
}

/**
 * Erases what is encrypted with a key that is lost, for nobody can read it, and retires the key.
 *
 * @param present names of the keys that are here
 * @returns how many templates that were; undefined where the database does not know the key
 * @throws Error with a sentence where the key is here: its templates can be read
 */
export async function discardKey(
  sql: Sql,
  keyId: string,
  present: ReadonlySet<string>,
  now: Date,
): Promise<number | undefined> {
  if (present.has(keyId))
    throw new Error(
      `The key ${keyId} is here, and opens its templates: nothing was discarded. To replace it, run \`bonafide embeddings rotate\`.`,
    );
  return sql.transaction(async (transaction) => {
    const { revision, erasures, keyIds } = await holdClock(transaction);
    if (!keyIds.includes(keyId)) return undefined;
    const discarded = await transaction.query('delete from templates where key_id = $1 returning 1', [keyId]);
    await transaction.query('delete from template_keys where key_id = $1', [keyId]);
    await moveClock(transaction, { revision, erasures: erasures + 1 });
    const details = { templates: discarded.length, key_id: keyId };
    await recordEvent(transaction, { at: now, userId: null, event: 'discarded', details });
    return discarded.length;
  });
}
