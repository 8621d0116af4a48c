import pg from 'pg';
import type { Queries, Row, Sql, SqlValue } from './sql.ts';

/** A PostgreSQL server, by its address (`postgres://user:password@host/database`). Connections are made when needed. */
export function openPostgres(url: string): Sql {
  const pool = new pg.Pool({ connectionString: url });
  // A connection that breaks while nobody uses it: the next query makes another.
  pool.on('error', () => {});
  const queriesOf = (runner: pg.Pool | pg.PoolClient): Queries => ({
    query: async <T extends Row>(text: string, params: readonly SqlValue[] = []) =>
      (await runner.query<T>(text, params.map(toBuffer))).rows,
  });
  return {
    kind: 'postgres',
    ...queriesOf(pool),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const result = await work(queriesOf(client));
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // What the transaction did is undone when its connection ends.
        client.release(true);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

/** pg sends a Buffer as `bytea`, and any other typed array as JSON. */
function toBuffer(value: SqlValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
