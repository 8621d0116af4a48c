/** A row as the database gives it: `bytea` is a Uint8Array, `timestamptz` a Date, `bigint` a bigint or number. */
export type Row = Readonly<Record<string, unknown>>;

/** What an SQL statement may be given for `$1`, `$2` … */
export type SqlValue = string | number | bigint | boolean | Date | Uint8Array | readonly string[] | null;

/** The one method that every store speaks. */
export interface Queries {
  /**
   * Runs one statement.
   *
   * @throws BonafideError `store_unavailable` where the database cannot be reached
   */
  query<T extends Row = Row>(text: string, params?: readonly SqlValue[]): Promise<readonly T[]>;
}

/**
 * A PostgreSQL database: the embedded one (`pglite.ts`) or a server (`postgres.ts`). A statement that is answered is
 * durable: it outlives the death of this process.
 */
export interface Sql extends Queries {
  /** Which implementation this is. */
  readonly kind: 'pglite' | 'postgres';
  /**
   * Runs `work` in one transaction: all of it, or, where it throws, nothing.
   *
   * @throws what `work` throws, and BonafideError `store_unavailable`
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
