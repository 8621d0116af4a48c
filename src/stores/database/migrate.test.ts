import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createPostgresDatabase,
  describeOnDatabases,
  describeOnPostgres,
} from '../../../test/support/databases.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openPostgres } from './postgres.ts';
import type { Sql } from './sql.ts';

const steps = [
  {
    name: '001-people',
    statements: 'create table people (id text primary key);\ncreate table pets (id text);',
  },
  { name: '002-names', statements: "alter table people add name text not null default ';';" },
];

const applied = async (sql: Sql) =>
  (await sql.query<{ name: string }>('select name from migrations order by name')).map(({ name }) => name);

describeOnDatabases('migrations', (open) => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await open();
  });
  afterAll(() => sql.close());

  it('leaves nothing of one that fails', async () => {
    const failing = [
      ...steps,
      { name: '003-fails', statements: 'create table half (id text);\nselect 1 / 0;' },
    ];
    await expect(migrate(sql, failing)).rejects.toMatchObject({ state: '22012' });
    const [row] = await sql.query(
      "select to_regclass('people') as people, to_regclass('migrations') as names",
    );
    expect(row).toEqual({ people: null, names: null });
  });

  it('are applied once and in order, later ones later', async () => {
    await migrate(sql, steps.slice(0, 1));
    await sql.query("insert into people (id) values ('kept')");
    await migrate(sql, steps);
    await migrate(sql, steps);
    expect(await applied(sql)).toEqual(['001-people', '002-names']);
    expect(await sql.query('select * from people')).toEqual([{ id: 'kept', name: ';' }]);
  });

  it('of a newer version are not touched by an older one, which says so', async () => {
    await expect(migrate(sql, steps.slice(0, 1))).rejects.toThrow(
      /holds the migration 002-names, .* newer version/,
    );
    expect(await applied(sql)).toEqual(['001-people', '002-names']);
  });
});

describeOnDatabases('the schema', (open) => {
  it('is made by our own migrations', async () => {
    const sql = await open();
    onTestFinished(() => sql.close());
    await migrate(sql);
    expect(await applied(sql)).toEqual(migrations.map(({ name }) => name));
    expect(await sql.query('select 1 from api_keys')).toEqual([]);
  });
});

describeOnPostgres('servers that start at once', () => {
  it('migrate once', async () => {
    const database = await createPostgresDatabase();
    const servers = Array.from({ length: 5 }, () => openPostgres(database.url));
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.close()));
      await database.drop();
    });
    await Promise.all(servers.map((server) => migrate(server, steps)));
    expect(await applied(servers[0]!)).toEqual(['001-people', '002-names']);
  });
});

describe('the list of migrations', () => {
  it('is numbered without a gap, and stands in order', () => {
    const numbers = migrations.map(({ name }) => Number(name.slice(0, 3)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
