import { readFile } from 'node:fs/promises';
import { parseCsv } from './csv.ts';
import { UsageError } from './usage.ts';

/**
 * Reads logits of one net that take the place of what is measured, for a net that was trained on the pictures: a CSV
 * with the columns `path`, as in the manifest, and `logit`, each by a net that had not seen the source.
 *
 * @throws UsageError where it is no such table
 */
export async function readScores(path: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new UsageError(`${path} cannot be read: ${error.code}.`);
  });
  const { columns, rows } = parseCsv(text);
  if (!columns.includes('path') || !columns.includes('logit'))
    throw new UsageError(`${path} needs the columns path and logit.`);
  return new Map(
    rows.map(({ path: picture, logit }) => {
      const value = Number(logit);
      if (logit === '' || !Number.isFinite(value))
        throw new UsageError(`${path}: the logit of ${picture} is no number.`);
      return [picture!, value] as const;
    }),
  );
}
