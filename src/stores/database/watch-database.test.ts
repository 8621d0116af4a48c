import { expect, it } from 'vitest';
import { BonafideError } from '../../errors.ts';
import type { Sql } from './sql.ts';
import { translateError } from './sql-errors.ts';
import { type AnswerChange, watchDatabase } from './watch-database.ts';

/** As pg and PGlite throw what a database answers. */
const answer = (code: string) =>
  translateError(Object.assign(new Error('with values'), { severity: 'ERROR', code }));

/** A database whose statements are what becomes of them. */
function watched(now: () => number) {
  const told: AnswerChange[] = [];
  const sql: Pick<Sql, 'query'> = {
    query: async (state) => {
      if (state !== 'read') throw answer(state);
      return [];
    },
  };
  const { query } = watchDatabase(sql as Sql, (change) => told.push(change), now);
  return { told, query };
}

it('a full disk is no outage: 503, told once a minute, however often it is read between', async () => {
  let time = 0;
  const { told, query } = watched(() => time);
  for (; time < 120_000; time += 1_000) {
    const failure = await query('53100').catch((error) => error);
    expect(failure).toBeInstanceOf(BonafideError);
    expect(failure).toMatchObject({ status: 503, detail: expect.stringContaining('no room') });
    await query('read');
  }
  const full = { isAnswering: true, cannotWrite: 'SQLSTATE 53100' };
  expect(told).toEqual([full, full]);
});

it('an outage is told once, and its end', async () => {
  const { told, query } = watched(() => 0);
  for (let time = 0; time < 3; time++) await query('57P01').catch(() => {});
  await query('read');
  expect(told).toEqual([{ isAnswering: false, reason: 'SQLSTATE 57P01' }, { isAnswering: true }]);
});
