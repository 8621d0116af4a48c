import { BonafideError } from '../../errors.ts';
import type { Sql } from './sql.ts';
import { isOutage, isReadOnly } from './sql-errors.ts';

/** The database no longer answers, and why, or does so again; without anything confidential. */
export type AnswerChange =
  | { readonly isAnswering: true }
  | { readonly isAnswering: false; readonly reason: string }
  /** It answers, but cannot write: a full disk, for instance. */
  | { readonly isAnswering: true; readonly cannotWrite: string };

/** How often it is told that nothing can be written, in milliseconds: reads succeed all the while. */
const retellMs = 60_000;

/**
 * The same database, which tells when it stops answering statements, and when it answers again: once each; and once a
 * minute while it cannot write.
 *
 * @param now milliseconds of a clock that does not jump
 */
export function watchDatabase(
  sql: Sql,
  onChange: (change: AnswerChange) => void,
  now: () => number = () => performance.now(),
): Sql {
  let wasAnswering = true;
  let told = -Infinity;
  const tellCannotWrite = (reason: string) => {
    if (now() - told < retellMs) return;
    told = now();
    onChange({ isAnswering: true, cannotWrite: reason });
  };
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
      } else if (error instanceof BonafideError && isReadOnly(error)) tellCannotWrite(String(error.cause));
      throw error;
    }
  };
  return {
    ...sql,
    query: (text, params, options) => watch(sql.query(text, params, options)),
    transaction: (work, options) => watch(sql.transaction(work, options)),
  };
}
