import { BonafideError } from '../../errors.ts';
import type { Queries, Sql } from '../database/sql.ts';
import type { TemplateKey, TemplateKeys } from './template-keys.ts';

/** The state of all templates, on every server the same. */
export interface TemplateClock {
  /** The highest revision of a template. */
  readonly revision: number;
  /** How many times templates were erased. */
  readonly erasures: number;
  /** How many of these times nothing is left of, where the database keeps dead rows. */
  readonly cleaned: number;
  /** The keys that templates may be encrypted with; the last one is the one that encrypts. */
  readonly keyIds: readonly string[];
}

/** Reads the clock. */
export async function readClock(queries: Queries): Promise<TemplateClock> {
  const [row] = await queries.query(
    `select revision, erasures, cleaned, array(select key_id from template_keys order by since, key_id) as key_ids
     from template_clock`,
  );
  return {
    revision: Number(row!.revision),
    erasures: Number(row!.erasures),
    cleaned: Number(row!.cleaned),
    keyIds: row!.key_ids as readonly string[],
  };
}

/** Reads the clock and holds it to the end of the transaction: whoever else changes a template waits. */
export async function holdClock(transaction: Queries): Promise<TemplateClock> {
  await transaction.query('select 1 from template_clock for update');
  // A statement of its own: that of the lock sees the keys as they were before it waited.
  return readClock(transaction);
}

/** Moves the clock on; only while it is held. */
export async function moveClock(
  transaction: Queries,
  { revision, erasures }: Pick<TemplateClock, 'revision' | 'erasures'>,
): Promise<void> {
  await transaction.query('update template_clock set revision = $1, erasures = $2', [revision, erasures]);
}

/**
 * Makes sure that every template can be read: a server that lacks a key would take people for unknown.
 *
 * @throws BonafideError `store_unavailable`, whose cause tells the operator what to do
 */
export function requireReadable({ keyIds }: TemplateClock, keys: TemplateKeys): void {
  const missing = keyIds.filter((id) => !keys.find(id));
  if (missing.length > 0) throw unreadable(missing);
}

/**
 * The key to encrypt with: the one that the database took in last, whichever stands first here. So a new key encrypts
 * nothing before every server may have it, and from when a rotation has begun all of them write with it.
 *
 * @throws BonafideError as {@link requireReadable}
 */
export function writingKey(clock: TemplateClock, keys: TemplateKeys): TemplateKey {
  requireReadable(clock, keys);
  return keys.find(clock.keyIds.at(-1)!)!;
}

/**
 * Makes sure, at the start, that the keys of the database are here, and enters the first one where it has none.
 *
 * @param onMissing is told where templates may be encrypted with a key that is not here, instead of the error
 * @throws Error with a sentence for the operator where that is so
 */
export async function enterKeys(
  sql: Sql,
  keys: TemplateKeys,
  now: Date,
  onMissing?: (text: string) => void,
): Promise<void> {
  const { keyIds } = await sql.transaction(async (transaction) => {
    const clock = await holdClock(transaction);
    if (clock.keyIds.length === 0) await enterKey(transaction, keys, now);
    return clock;
  });
  try {
    refuseMissing(keyIds, keys);
  } catch (error) {
    if (!onMissing) throw error;
    onMissing((error as Error).message);
  }
}

/**
 * Lets all servers encrypt with the first key from now on.
 *
 * @throws Error as {@link enterKeys}
 */
export async function beginRotation(sql: Sql, keys: TemplateKeys, now: Date): Promise<void> {
  await sql.transaction(async (transaction) => {
    refuseMissing((await holdClock(transaction)).keyIds, keys);
    await enterKey(transaction, keys, now);
  });
}

/** The newest from now on, whatever the clocks of servers say. */
async function enterKey(transaction: Queries, keys: TemplateKeys, now: Date): Promise<void> {
  await transaction.query(
    `insert into template_keys (key_id, since)
     values ($1, greatest($2::timestamptz, (select max(since) + interval '1 millisecond' from template_keys)))
     on conflict (key_id) do update set since = excluded.since`,
    [keys.current.id, now],
  );
}

function refuseMissing(keyIds: readonly string[], keys: TemplateKeys): void {
  const missing = keyIds.filter((id) => !keys.find(id));
  if (missing.length > 0) throw new Error(missingKey(missing));
}

/** What the operator is told of keys that are not here. */
export const missingKey = (ids: readonly string[]) =>
  `The database was made with a template key that is not here (${ids.join(', ')}): set TEMPLATE_KEY to the same on all servers, or put the file template.key back. If that key is lost, so are its templates: \`bonafide embeddings discard --key ${ids[0]}\` erases them.`;

/** Templates cannot be read here; the cause tells the operator why. */
export const unreadable = (ids: readonly string[]) =>
  new BonafideError(
    'store_unavailable',
    'This server lacks a key of the templates (TEMPLATE_KEY); its log says more.',
    {
      cause: new Error(missingKey(ids)),
    },
  );
