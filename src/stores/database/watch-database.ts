import { BonafideError } from '../../errors.ts';
import type { Sql } from './sql.ts';
import { isOutage } from './sql-errors.ts';

/** The database no longer answers, and why, or does so again; without anything confidential. */
export type AnswerChange =
  | { readonly isAnswering: true }
  | { readonly isAnswering: false; readonly reason: string };

/** The same database, which tells when it stops answering statements, and when it answers again: once each. */
export function watchDatabase(sql: Sql, onChange: (change: AnswerChange) => void): Sql {
  let wasAnswering = true;
  const watch = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      const result = await answer;
      if (!wasAnswering) onChange({ isAnswering: true });
      wasAnswering = true;
      return result;
    } catch (error) {
      if (error instanceof BonafideError && isOutage(error)) {
        if (wasAnswering) onChange({ isAnswering: false, reason: String(error.cause) });
        wasAnswering = false;
      }
      throw error;
    }
  };
  return {
    ...sql,
    query: (text, params, options) => watch(sql.query(text, params, options)),
    transaction: (work, options) => watch(sql.transaction(work, options)),
  };
}
