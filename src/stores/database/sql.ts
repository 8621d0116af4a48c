/**
 * A row as the database gives it. Both implementations give `bytea` as a plain Uint8Array, `timestamptz` as a Date (whole
 * milliseconds), `bigint` as a number where it is a safe integer and else as a bigint, `text[]` as an array, `jsonb`
 * parsed, and SQL's null as null. Other types come as the library in use has them: cast them, to text for instance.
 */
export type Row = Readonly<Record<string, unknown>>;

/** What a statement may be given for `$1`, `$2` … A `jsonb` is given as text: `JSON.stringify(value)`. */
export type SqlValue = string | number | bigint | boolean | Date | Uint8Array | readonly string[] | null;

/** The one method that every store speaks. */
export interface Queries {
  /**
   * Runs one statement.
   *
   * @throws BonafideError `store_unavailable` where the database cannot be reached, does not answer in time, or undid
   *   the statement because another one was in its way; where the connection broke while a statement ran that writes,
   *   it may have been kept or not
   * @throws BonafideError `invalid_request` for a text that no database can keep: with a NUL, or half a surrogate pair
   * @throws SqlError where the database refuses the statement; `state` is its SQLSTATE
   */
  query<T extends Row = Row>(text: string, params?: readonly SqlValue[]): Promise<readonly T[]>;
}

/**
 * A PostgreSQL database: the embedded one (`pglite.ts`) or a server (`postgres.ts`). A statement that is answered is
 * durable: it outlives the death of this process, and of the machine if its disk keeps what it has synchronised.
 */
export interface Sql extends Queries {
  /** Which implementation this is. */
  readonly kind: 'pglite' | 'postgres';
  /** As {@link Queries.query}; a statement that goes through a whole table, a vacuum for instance, may take longer. */
  query<T extends Row = Row>(
    text: string,
    params?: readonly SqlValue[],
    options?: StatementOptions,
  ): Promise<readonly T[]>;
  /**
   * Runs `work` in one transaction (read committed): all of it, or, where it throws, nothing. One statement that fails
   * fails all of it, also where `work` catches its error. `work` speaks through its argument alone: the embedded
   * database has one connection, which the transaction holds.
   *
   * @throws what `work` throws, and what {@link Queries.query} does. Where the connection broke between `commit` and
   *   its answer, nobody can know whether the transaction was kept: that is `store_unavailable` as well, and nothing
   *   is tried again, so write such that trying again does no harm
   */
  transaction<T>(work: (queries: Queries) => Promise<T>, options?: StatementOptions): Promise<T>;
  /** Whether the database answers now. Takes a third of a second at most. */
  isAnswering(): Promise<boolean>;
  /** Waits for what runs, then closes. */
  close(): Promise<void>;
}

/** How a statement, or each one of a transaction, is run. */
export interface StatementOptions {
  /** Its longest time, in milliseconds; default: a few seconds. The embedded database has no limit. */
  readonly statementTimeoutMs?: number;
}
