import { AsyncLocalStorage } from 'node:async_hooks';
import { BonafideError } from '../../errors.ts';
import type { Queries, Row, Sql, SqlValue, StatementOptions } from './sql.ts';

/** Runs one statement; throws what `translateError` gives. */
export type RunStatement = (text: string, params: readonly EncodedValue[]) => Promise<readonly Row[]>;

/** A parameter as drivers get it: the same text on both, whatever time zone and types they assume. */
export type EncodedValue = Exclude<SqlValue, Date>;

/** What is particular to an implementation of {@link Sql}. */
export interface Driver extends Pick<Sql, 'kind' | 'isAnswering' | 'close'> {
  run(text: string, params: readonly EncodedValue[], options?: StatementOptions): Promise<readonly Row[]>;
  /** Begins a transaction, and commits it when `work` is done, or rolls it back when that throws. */
  transaction<T>(work: (run: RunStatement) => Promise<T>, options?: StatementOptions): Promise<T>;
}

/** Makes the port of a driver: whatever both implementations must do alike is done here. */
export function createSql(driver: Driver): Sql {
  const inTransaction = new AsyncLocalStorage<true>();
  const refuseNesting = () => {
    if (inTransaction.getStore())
      throw new Error(
        'A transaction speaks through its own queries alone: the embedded database would wait for ever.',
      );
  };
  return {
    kind: driver.kind,
    async query<T extends Row>(text: string, params: readonly SqlValue[] = [], options?: StatementOptions) {
      refuseNesting();
      return (await driver.run(text, params.map(encode), options)) as readonly T[];
    },
    async transaction(work, options) {
      refuseNesting();
      return driver.transaction(async (run) => {
        const transaction = queriesOfTransaction(run);
        try {
          const result = await inTransaction.run(true, () => work(transaction.queries));
          transaction.throwFailure();
          return result;
        } finally {
          transaction.end();
        }
      }, options);
    },
    isAnswering: driver.isAnswering,
    close: driver.close,
  };
}

/** The queries of one transaction, which end with it. */
function queriesOfTransaction(run: RunStatement) {
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  const queries: Queries = {
    async query<T extends Row>(text: string, params: readonly SqlValue[] = []) {
      if (ended) throw new Error('The transaction has ended: await each of its queries.');
      try {
        return (await run(text, params.map(encode))) as readonly T[];
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    },
  };
  return {
    queries,
    /** PostgreSQL answers the `commit` of a transaction of which a statement failed with a roll-back, as a success. */
    throwFailure() {
      if (failure) throw failure.error;
    },
    end() {
      ended = true;
    },
  };
}

/**
 * PostgreSQL keeps no NUL in a text, and half a surrogate pair has no UTF-8: libraries would put U+FFFD in its place, and
 * two ids would become one.
 */
function encode(value: SqlValue): EncodedValue {
  if (value instanceof Date) return value.toISOString();
  for (const text of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    if (typeof text === 'string' && (text.includes('\0') || /\p{Surrogate}/u.test(text)))
      throw new BonafideError(
        'invalid_request',
        'A text holds a character that cannot be stored: a NUL, or half of a pair.',
      );
  }
  return value as EncodedValue;
}

/** A `bigint` of the database: a number where that is exact. */
export function parseBigint(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
