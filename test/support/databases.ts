import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { describe, it } from 'vitest';
import { openMemory } from '../../src/stores/database/pglite.ts';
import { openPostgres } from '../../src/stores/database/postgres.ts';
import type { Sql } from '../../src/stores/database/sql.ts';

/**
 * A PostgreSQL server that tests may make databases in, as a user who may; `scripts/throwaway-postgres.sh` gives one.
 * Where there is none, suites on PostgreSQL are skipped, or fail where REQUIRE_POSTGRES is set, as it is in CI.
 */
const serverUrl = process.env.TEST_DATABASE_URL ?? '';

/** Opens a new, empty database; whoever opens it closes it, and then nothing is left of it. */
export type OpenTestDatabase = () => Promise<Sql>;

/**
 * Runs a suite on every kind of database, so that both are held to the same behaviour.
 *
 * @param suite registers tests, as the callback of `describe` does
 */
export function describeOnDatabases(name: string, suite: (open: OpenTestDatabase) => void): void {
  describe(`${name} on PGlite`, () => suite(openTestMemory));
  describeOnPostgres(name, () => suite(openTestPostgres));
}

/** Runs a suite that is about PostgreSQL, by {@link createPostgresDatabase} for instance. */
export function describeOnPostgres(name: string, suite: () => void): void {
  if (serverUrl) describe(`${name} on PostgreSQL`, suite);
  else if (process.env.REQUIRE_POSTGRES) {
    it(`${name} on PostgreSQL`, () => {
      throw new Error('REQUIRE_POSTGRES is set, but TEST_DATABASE_URL is not.');
    });
  } else describe.skip(`${name} on PostgreSQL: skipped, TEST_DATABASE_URL is not set`, suite);
}

/** A database of its own in the server that `TEST_DATABASE_URL` names. */
export interface PostgresDatabase {
  /** What servers under test take as DATABASE_URL; as many as like may share it. */
  readonly url: string;
  /** Ends whatever is connected to it, and drops it. */
  drop(): Promise<void>;
}

/** Makes an empty database; whoever makes it drops it. Only in suites of {@link describeOnPostgres}. */
export async function createPostgresDatabase(): Promise<PostgresDatabase> {
  const name = `bonafide_test_${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function openTestPostgres(): Promise<Sql> {
  const database = await createPostgresDatabase();
  const sql = openPostgres(database.url);
  return {
    ...sql,
    close: async () => {
      await sql.close();
      await database.drop();
    },
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/**
 * An empty database with pgvector that is spoken to as a PostgreSQL server is, through the driver `pg` and a socket of
 * loopback: PGlite stands behind it, for the servers that tests find have no pgvector.
 */
export async function openTestSocket(): Promise<Sql> {
  const database = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db: database, port: 0, host: '127.0.0.1', maxConnections: 20 });
  await server.start();
  const sql = openPostgres(`postgres://postgres@${server.getServerConn()}/postgres`);
  return {
    ...sql,
    close: async () => {
      await sql.close();
      await server.stop();
      await database.close();
    },
  };
}

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/**
 * An empty embedded database in memory. The first one is made, which takes seconds; its copy, aside with the packages that
 * it is made by, is what later ones begin with.
 */
export async function openTestMemory(): Promise<Sql> {
  const { version } = JSON.parse(readFileSync(`${modules}@electric-sql/pglite/package.json`, 'utf8'));
  const copy = `${modules}.cache/bonafide/pglite-${version}.tar`;
  if (existsSync(copy)) return openMemory(new Blob([readFileSync(copy)]));
  const sql = await openMemory();
  const dump = Buffer.from(await (await sql.dump()).arrayBuffer());
  mkdirSync(`${modules}.cache/bonafide`, { recursive: true });
  const unfinished = `${copy}.${process.pid}`;
  writeFileSync(unfinished, dump);
  renameSync(unfinished, copy);
  return sql;
}
