import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import type { Sql, SqlValue } from './sql.ts';
import { SqlError } from './sql-errors.ts';

/** Texts that a careless client of a database trips over. */
const texts = {
  empty: '',
  'quotes and backslashes': `it's "quoted" \\ \\x00 $1 %s {a,b} NULL`,
  SQL: "'; drop table notes; --",
  emoji: '👩🏽‍🔬 你好 ñ \u{10ffff}',
  'line ends and controls': '\r\n\t\u0001\u007f',
  '10 kB': 'ab ç'.repeat(2_000),
  '1 MB': 'x'.repeat(1_000_000),
};

describeOnDatabases('sql', (open) => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await open();
    await sql.query('create table notes (id text primary key, note text)');
  });
  afterAll(() => sql.close());

  /** What a value is when it comes back from the database. */
  const echo = async (value: SqlValue, type: string) =>
    (await sql.query(`select $1::${type} as value`, [value]))[0]!.value;
  const ids = async () =>
    (await sql.query<{ id: string }>('select id from notes order by id')).map(({ id }) => id);

  describe('values', () => {
    it.each(Object.entries(texts))('text: %s', async (_name, text) => {
      expect(await echo(text, 'text')).toBe(text);
      await sql.query('insert into notes values ($1, $2)', [`text ${_name}`, text]);
      expect(await sql.query('select note from notes where note = $1', [text])).toEqual([{ note: text }]);
      expect(await echo([text, text], 'text[]')).toEqual([text, text]);
    });

    it.each([
      ['a NUL', 'a\0b'],
      ['half a surrogate pair', 'a\ud800'],
    ])('text with %s is refused', async (_name, text) => {
      for (const [value, type] of [[text, 'text'] as const, [[text], 'text[]'] as const])
        await expect(echo(value, type)).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it.each([
      ['text[]', []],
      ['text[]', ['', 'NULL', 'null', 'a,b', '{x}', '"', '\\']],
      ['jsonb', null],
      ['bytea', null],
      ['boolean', true],
      ['boolean', false],
      ['integer', -2_147_483_648],
      ['double precision', 0.1],
      ['real', 0.5],
      ['bigint', 0],
      ['bigint', Number.MAX_SAFE_INTEGER],
      ['bigint', 9_007_199_254_740_993n],
      ['bigint', -9_223_372_036_854_775_808n],
    ] as const)('%s: %s', async (type, value) => {
      expect(await echo(value, type)).toEqual(value);
    });

    it('bytea comes as plain bytes, whatever view of a buffer was given', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      for (const bytes of [all, all.subarray(7, 19), new Uint8Array(0), Buffer.from(all)]) {
        const value = await echo(bytes, 'bytea');
        expect(value).toBeInstanceOf(Uint8Array);
        expect(value).not.toBeInstanceOf(Buffer);
        expect(value).toEqual(new Uint8Array(bytes));
      }
    });

    it('timestamptz is the moment, whatever the time zone of this process', async () => {
      vi.stubEnv('TZ', 'Asia/Tashkent');
      onTestFinished(() => void vi.unstubAllEnvs());
      const moment = new Date('2026-03-29T01:30:00.123Z');
      expect(moment.getHours()).toBe(6);
      expect(await echo(moment, 'timestamptz')).toEqual(moment);
      const [row] = await sql.query(
        "select $1::timestamptz::text as text, date_trunc('day', $1::timestamptz) as day",
        [moment],
      );
      expect(row).toEqual({ text: '2026-03-29 01:30:00.123+00', day: new Date('2026-03-29T00:00:00Z') });
    });

    it('jsonb is given as text and comes parsed', async () => {
      const value = { list: [1, 'two', null, { 'ü"': true }], 'a\\': 0.5 };
      expect(await echo(JSON.stringify(value), 'jsonb')).toEqual(value);
      expect(await echo('"text"', 'jsonb')).toBe('text');
    });

    it('counts are numbers', async () => {
      expect(await sql.query('select count(*) as count from pg_class where false')).toEqual([{ count: 0 }]);
    });
  });

  describe('transactions', () => {
    it('keep all that was done', async () => {
      const result = await sql.transaction(async (transaction) => {
        await transaction.query("insert into notes values ('t1', null)");
        return transaction.query("insert into notes values ('t2', null) returning id");
      });
      expect(result).toEqual([{ id: 't2' }]);
      expect(await ids()).toEqual(expect.arrayContaining(['t1', 't2']));
    });

    it('keep nothing where the work throws, and throw that', async () => {
      const thrown = new Error('of the work');
      const work = sql.transaction(async (transaction) => {
        await transaction.query("insert into notes values ('never', null)");
        throw thrown;
      });
      await expect(work).rejects.toBe(thrown);
      expect(await ids()).not.toContain('never');
      await sql.query("insert into notes values ('after a roll-back', null)");
    });

    it('keep nothing where a statement fails, also if the work goes on', async () => {
      const work = sql.transaction(async (transaction) => {
        await transaction.query("insert into notes values ('never', null)");
        await transaction.query('select 1 / 0').catch(() => {});
      });
      await expect(work).rejects.toMatchObject({ state: '22012' });
      expect(await ids()).not.toContain('never');
    });

    it('keep nothing where only the commit fails', async () => {
      await sql.query('create table pairs (id text unique deferrable initially deferred)');
      const work = sql.transaction((transaction) =>
        transaction.query("insert into pairs values ('twice'), ('twice')"),
      );
      await expect(work).rejects.toMatchObject({ state: '23505', constraint: 'pairs_id_key' });
      expect(await sql.query('select * from pairs')).toEqual([]);
    });

    it('show nothing to anybody before they are kept', async () => {
      let go = () => {};
      const mayGo = new Promise<void>((resolve) => {
        go = resolve;
      });
      const writing = sql.transaction(async (transaction) => {
        await transaction.query("insert into notes values ('unseen', null)");
        await mayGo;
        throw new Error('changed its mind');
      });
      const read = ids();
      setTimeout(go, 50);
      await expect(writing).rejects.toThrow('changed its mind');
      expect(await read).not.toContain('unseen');
    });

    it('take turns at a row', async () => {
      await sql.query("insert into notes values ('counter', '0')");
      const add = () =>
        sql.transaction(async (transaction) => {
          const [row] = await transaction.query<{ note: string }>(
            "select note from notes where id = 'counter' for update",
          );
          await transaction.query("update notes set note = $1 where id = 'counter'", [
            String(Number(row!.note) + 1),
          ]);
        });
      await Promise.all(Array.from({ length: 40 }, add));
      expect(await sql.query("select note from notes where id = 'counter'")).toEqual([{ note: '40' }]);
    });

    it('refuse queries past themselves, within and after', async () => {
      const nested = sql.transaction(() => sql.query('select 1'));
      await expect(nested).rejects.toThrow(/its own queries alone/);
      await expect(sql.transaction(() => sql.transaction(async () => {}))).rejects.toThrow(/its own queries/);
      const escaped = await sql.transaction(async (transaction) => ({ transaction }));
      await expect(escaped.transaction.query('select 1')).rejects.toThrow(/has ended/);
    });
  });

  it('answers many queries at once, each with its own rows', async () => {
    const numbers = Array.from({ length: 300 }, (_, index) => index);
    const rows = await Promise.all(numbers.map((n) => sql.query('select $1::integer as n', [n])));
    expect(rows.map(([row]) => row!.n)).toEqual(numbers);
  });

  it('goes on after statements that are refused', async () => {
    for (const text of ['selec 1', 'select * from nowhere', 'select 1 / 0'])
      await expect(sql.query(text)).rejects.toBeInstanceOf(SqlError);
    expect(await sql.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says of a refusal what programs need, and nothing that was written', async () => {
    await sql.query("insert into notes values ('secret-id', 'secret-note')");
    const refusals = await Promise.allSettled([
      sql.query("insert into notes values ($1, 'secret-note')", ['secret-id']),
      sql.query('select $1::integer', ['secret-id']),
      sql.query('select secret_column from notes'),
    ]);
    const errors = refusals.map((refusal) => (refusal as PromiseRejectedResult).reason);
    expect(errors).toMatchObject([
      { state: '23505', constraint: 'notes_pkey' },
      { state: '22P02', constraint: undefined },
      { state: '42703', constraint: undefined },
    ]);
    for (const error of errors) {
      const told = `${error.message} ${JSON.stringify(
        error,
        Object.getOwnPropertyNames(error).filter((name) => name !== 'stack'),
      )}`;
      expect(told).not.toMatch(/secret|insert|select/);
      expect(error.cause).toBeUndefined();
    }
  });

  it('answers', async () => {
    expect(await sql.isAnswering()).toBe(true);
  });
});

describeOnDatabases('a closed database', (open) => {
  it('says that it is away', async () => {
    const sql = await open();
    const running = sql.query('select 1 as one');
    await sql.close();
    expect(await running).toEqual([{ one: 1 }]);
    await expect(sql.query('select 1')).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(sql.transaction(async () => {})).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await sql.isAnswering()).toBe(false);
  });
});
