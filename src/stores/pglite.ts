import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { Queries, Row, Sql, SqlValue } from './sql.ts';

/**
 * The embedded database, in the memory of this process and, unless `folder` is undefined, in that folder, which
 * one process at a time may use.
 */
export async function openPglite(folder?: string): Promise<Sql> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = await PGlite.create({ ...(folder && { dataDir: folder }), extensions: { vector } });
  const queriesOf = (runner: Pick<PGlite, 'query'>): Queries => ({
    query: async <T extends Row>(text: string, params: readonly SqlValue[] = []) =>
      (await runner.query<T>(text, [...params])).rows,
  });
  return {
    kind: 'pglite',
    ...queriesOf(database),
    transaction: (work) => database.transaction((transaction) => work(queriesOf(transaction as never))),
    close: () => database.close(),
  };
}
