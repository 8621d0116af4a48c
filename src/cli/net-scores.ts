import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseTable } from './csv.ts';
import { UsageError } from './usage.ts';

/** Logits of one net, and the hash of their file. */
export interface NetScores {
  /** By the path in the manifest; at least one. */
  readonly logits: ReadonlyMap<string, number>;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Reads logits of one net that take the place of what is measured, for a net that was trained on the pictures: a CSV
 * with the columns `path`, as in the manifest, and `logit`, each by a net that had not seen the source.
 *
 * @throws UsageError where it is no such table, a logit is no finite number, or a path stands there twice
 */
export async function readScores(file: string): Promise<NetScores> {
  const bytes = await readFile(file).catch((error) => {
    throw new UsageError(`--scores: ${file} cannot be read (${error.code ?? error.message}).`);
  });
  const { columns, rows } = parseTable(`--scores: ${file}`, bytes);
  if (!columns.includes('path') || !columns.includes('logit'))
    throw new UsageError(
      `--scores: ${file} needs the columns path and logit; its first line names ${columns.join(', ')}.`,
    );
  const logits = new Map<string, number>();
  for (const [at, { path = '', logit = '' }] of rows.entries()) {
    const row = `--scores: ${file}, row ${at + 1}`;
    const value = Number(logit);
    if (path === '') throw new UsageError(`${row} names no path.`);
    if (logit.trim() === '' || !Number.isFinite(value))
      throw new UsageError(`${row}: the logit of ${path} is "${logit}", which is no finite number.`);
    if (logits.has(path)) throw new UsageError(`${row}: ${path} stands there twice.`);
    logits.set(path, value);
  }
  if (logits.size === 0) throw new UsageError(`--scores: ${file} has no rows.`);
  return { logits, sha256: createHash('sha256').update(bytes).digest('hex') };
}
