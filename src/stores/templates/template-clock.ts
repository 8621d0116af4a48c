import { BonafideError } from '../../errors.ts';
import type { Queries, Sql } from '../database/sql.ts';
import type { TemplateKeys } from './template-keys.ts';

/** The state of all templates, on every server the same. */
export interface TemplateClock {
  /** The highest revision of a template. */
  readonly revision: number;
  /** How many times templates were erased. */
  readonly erasures: number;
  /** How many of these times nothing is left of, where the database keeps dead rows. */
  readonly cleaned: number;
  /** The keys that templates may be encrypted with. */
  readonly keyIds: readonly string[];
}

/** Reads the clock. */
export async function readClock(queries: Queries): Promise<TemplateClock> {
  const [row] = await queries.query(
    `select revision, erasures, cleaned, array(select key_id from template_keys order by key_id) as key_ids
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
 * @throws BonafideError `internal`, whose cause tells the operator what to do
 */
export function requireReadable({ keyIds }: TemplateClock, keys: TemplateKeys): void {
  const missing = keyIds.filter((id) => !keys.find(id));
  if (missing.length > 0) throw internal(missingKey(missing));
}

/**
 * Makes sure that others can read what is written: a key that was replaced meanwhile encrypts nothing any more.
 *
 * @throws BonafideError `internal`, whose cause tells the operator what to do
 */
export function requireWritable(clock: TemplateClock, keys: TemplateKeys): void {
  requireReadable(clock, keys);
  if (!clock.keyIds.includes(keys.current.id)) {
    throw internal(
      `The key that templates are encrypted with here (${keys.current.id}) was replaced: set TEMPLATE_KEY to the new one alone and start this server again.`,
    );
  }
}

/**
 * Enters the key that this server encrypts with, at its start.
 *
 * @throws Error with a sentence for the operator where templates may be encrypted with a key that is not here
 */
export async function enterKeys(sql: Sql, keys: TemplateKeys, now: Date): Promise<void> {
  await sql.transaction(async (transaction) => {
    const { keyIds } = await holdClock(transaction);
    const missing = keyIds.filter((id) => !keys.find(id));
    if (missing.length > 0) throw new Error(missingKey(missing));
    await transaction.query(
      'insert into template_keys (key_id, since) values ($1, $2) on conflict do nothing',
      [keys.current.id, now],
    );
  });
}

/** What the operator is told of keys that are not here. */
export const missingKey = (ids: readonly string[]) =>
  `The database was made with a template key that is not here (${ids.join(', ')}): set TEMPLATE_KEY to the same on all servers, or put the file template.key back. If that key is lost, so are its templates: \`bonafide embeddings discard --key ${ids[0]}\` erases them.`;

const internal = (problem: string) => new BonafideError('internal', undefined, { cause: new Error(problem) });
