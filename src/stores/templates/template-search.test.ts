import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  describeOnDatabases,
  type OpenTestDatabase,
  openTestMemory,
  openTestSocket,
} from '../../../test/support/databases.ts';
import { randomVector, testSpace, testTemplate } from '../../../test/support/templates.ts';
import { migrate } from '../database/migrate.ts';
import type { Sql } from '../database/sql.ts';
import { SqlError } from '../database/sql-errors.ts';
import { openSearch } from '../open-stores.ts';
import type { Enrolments, SearchKind } from '../ports.ts';
import { createEnrolments } from './enrolments.ts';
import { enterKeys } from './template-clock.ts';
import { createTemplateKeys } from './template-keys.ts';

const now = new Date('2026-06-01T12:00:00Z');
const keys = createTemplateKeys([randomBytes(32)]);

/** What both searches are held to, whichever server changes what they search. */
describeOnDatabases('the search of templates', (open) => {
  describe.each(['pgvector', 'memory'] as const)('by %s', (kind) => suite(open, kind, true));
});

describe('the search of templates on a server with pgvector', () => suite(openTestSocket, 'pgvector', false));

/** @param mayLackIt the PostgreSQL that tests find may have no pgvector */
function suite(open: OpenTestDatabase, kind: SearchKind, mayLackIt: boolean): void {
  let sql: Sql;
  /** Another server, which searches in memory and so writes no vectors. */
  let writer: Enrolments;
  const damaged: string[] = [];

  beforeEach(async ({ skip }) => {
    sql = await open();
    await migrate(sql);
    await enterKeys(sql, keys, now);
    writer = createEnrolments(sql, keys, await search(sql, 'memory'));
    damaged.length = 0;
    const { kind: served } = await search(sql);
    if (served !== kind && mayLackIt && sql.kind === 'postgres') skip('This PostgreSQL has no pgvector.');
    expect(served).toBe(kind);
  });
  afterEach(() => sql.close());

  const search = (database: Sql, by: 'auto' | 'memory' = kind === 'memory' ? 'memory' : 'auto') =>
    openSearch(database, keys, { search: by, onDamaged: (text) => damaged.push(text) });
  const probeOf = (userId: string) => ({ ...testSpace, vector: testTemplate(userId).vector });

  it('finds the same as a comparison with each, nearest first', async () => {
    const people = Array.from({ length: 40 }, (_, at) => testTemplate(`person-${at}`));
    for (const person of people) await writer.put(person, now);
    await writer.put(testTemplate('of another model', { model: 'mobilefacenet' }), now);
    const probe = randomVector(31337);
    const expected = people
      .map(({ userId, vector }) => ({
        userId,
        distance: expect.closeTo(1 - vector.reduce((sum, value, at) => sum + value * probe[at]!, 0), 5),
        order: 1 - vector.reduce((sum, value, at) => sum + value * probe[at]!, 0),
      }))
      .sort((one, other) => one.order - other.order)
      .slice(0, 5)
      .map(({ userId, distance }) => ({ userId, distance }));
    expect(await (await search(sql)).nearest({ ...testSpace, vector: probe }, 5, now)).toEqual(expected);
  });

  it('leaves out a template that does not open, says so once, and lets nobody wait for it', async () => {
    for (const userId of ['whole', 'damaged']) await writer.put(testTemplate(userId), now);
    await sql.query("update templates set frames = 99 where user_id = 'damaged'");
    let transactions = 0;
    const counted: Sql = {
      ...sql,
      transaction: (work, options) => {
        transactions++;
        return sql.transaction(work, options);
      },
    };
    const searching = await search(counted);
    const nearest = (userId: string) => searching.nearest(probeOf(userId), 1, now);
    expect(await nearest('damaged')).toMatchObject([{ userId: 'whole' }]);
    transactions = 0;
    for (let time = 0; time < 3; time++) expect(await nearest('whole')).toMatchObject([{ userId: 'whole' }]);
    expect(transactions).toBe(0);
    expect(damaged).toHaveLength(1);
    await writer.put(testTemplate('later'), now);
    expect(await nearest('later')).toMatchObject([{ userId: 'later' }]);
    expect(damaged).toHaveLength(1);
  });

  it.each([1, 2, 3, 4])(
    'misses nobody who is enrolled anew after the statement %i of a search',
    async (moment) => {
      let statements = Number.NEGATIVE_INFINITY;
      const interrupted: Sql = {
        ...sql,
        query: (async (text, params, options) => {
          const rows = await sql.query(text, params, options);
          statements++;
          if (statements === moment) await writer.put(testTemplate('moves'), now);
          return rows;
        }) as Sql['query'],
      };
      for (const userId of ['stays', 'moves', 'leaves']) await writer.put(testTemplate(userId), now);
      const searching = await search(interrupted);
      expect(await searching.nearest(probeOf('moves'), 1, now)).toMatchObject([{ userId: 'moves' }]);
      await writer.erase('leaves', { id: 'receipt', at: now, others: {} });
      statements = 0;
      expect(await searching.nearest(probeOf('moves'), 1, now)).toMatchObject([{ userId: 'moves' }]);
      expect(await searching.nearest(probeOf('leaves'), 1, now)).not.toMatchObject([{ userId: 'leaves' }]);
    },
  );
}

describe('what searches', () => {
  const open = async () => {
    const sql = await openTestMemory();
    onTestFinished(() => sql.close());
    await migrate(sql);
    await enterKeys(sql, keys, now);
    return sql;
  };

  it('is memory, with a word of why, where this user may not turn pgvector on', async () => {
    const sql = await open();
    await sql.query('create role limited');
    await sql.query('grant all on all tables in schema public to limited');
    await sql.query('set role limited');
    const notices: string[] = [];
    const onNotice = (text: string) => notices.push(text);
    const search = await openSearch(sql, keys, { search: 'auto', onDamaged: expect.unreachable, onNotice });
    expect(search.kind).toBe('memory');
    expect(notices).toEqual([expect.stringMatching(/may not turn .*pgvector.*42501/)]);
  });

  it('is not chosen by chance: another error of the database ends the start', async () => {
    const sql = await open();
    const failure = new SqlError('XX001');
    const broken: Sql = { ...sql, transaction: () => Promise.reject(failure) };
    const options = { search: 'auto', onDamaged: expect.unreachable } as const;
    await expect(openSearch(broken, keys, options)).rejects.toBe(failure);
  });

  it('in memory leaves the vectors of others alone, and says that they are there', async () => {
    const sql = await open();
    const options = { onDamaged: expect.unreachable };
    const vectors = await openSearch(sql, keys, { search: 'auto', ...options });
    const one = createEnrolments(sql, keys, vectors);
    await one.put(testTemplate('found'), now);
    const notices: string[] = [];
    const onNotice = (text: string) => notices.push(text);
    const memory = await openSearch(sql, keys, { search: 'memory', ...options, onNotice });
    expect(notices).toEqual([expect.stringContaining('bonafide embeddings drop-vectors')]);
    const other = createEnrolments(sql, keys, memory);
    await other.put(testTemplate('also found'), now);
    for (const userId of ['found', 'also found']) {
      const probe = { ...testSpace, vector: testTemplate(userId).vector };
      expect(await one.nearest(probe, 1, now)).toMatchObject([{ userId }]);
      expect(await other.nearest(probe, 1, now)).toMatchObject([{ userId }]);
    }
  });
});
