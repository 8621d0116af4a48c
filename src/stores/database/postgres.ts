import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createSql, type Driver, type EncodedValue, parseBigint, type RunStatement } from './create-sql.ts';
import type { Row, Sql } from './sql.ts';
import { translateConnectError, translateError } from './sql-errors.ts';

/**
 * Connections of one server: PostgreSQL admits 100 in all by default, so that several servers, and whoever looks
 * after the database, have room. Statements take a millisecond or two.
 */
const maxConnections = 10;

/** Longest wait for a connection, new or free, in milliseconds. */
const connectTimeoutMs = 3_000;

/** Longest time for a statement, in milliseconds: stores ask for single rows, and a search takes a tenth of that. */
const statementTimeoutMs = 5_000;

/** How much longer we wait for the server to end such a statement itself, in milliseconds: then it is not there. */
const answerMarginMs = 1_000;

/**
 * Longest time that a transaction may hold its locks between two statements, in milliseconds: what takes longer is a
 * server that stands still or whose host has vanished, and all others wait for it. Decrypting a page of templates between
 * two statements takes a hundredth of that.
 */
const defaultIdleTransactionMs = 10_000;

/** How long somebody who asks whether the database answers waits, in milliseconds. */
const answerCheckMs = 300;

/** What tests change. */
export interface PostgresOptions {
  /** Longest time that a transaction may stand idle, in milliseconds. */
  readonly idleTransactionMs?: number;
}

/** A PostgreSQL server, by its address (`postgres://user:password@host/database`). Connections are made when needed. */
export function openPostgres(
  url: string,
  { idleTransactionMs = defaultIdleTransactionMs }: PostgresOptions = {},
): Sql {
  const pool = new pg.Pool({
    connectionString: nameSslMode(url),
    application_name: 'bonafide',
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs + answerMarginMs,
    keepAlive: true,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
    // Not as parameters of the connection, which poolers such as PgBouncer refuse.
    onConnect: async (client) => {
      await client.query(
        `set timezone to 'UTC'; ${statementTimeout(statementTimeoutMs)}; set idle_in_transaction_session_timeout to ${idleTransactionMs}`,
      );
    },
  });
  // A connection that breaks while nobody uses it, or between two statements of a transaction: the next statement
  // says so, or gets another connection. Without these, the process would end.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  const run: Driver['run'] = async (text, params, { statementTimeoutMs: timeoutMs } = {}) => {
    const client = await connect(pool);
    const runHere = runOn(client, timeoutMs);
    return runAndRelease(client, async () => {
      if (timeoutMs === undefined) return runHere(text, params);
      // Of the connection, not of a transaction: a vacuum runs in none.
      await runHere(statementTimeout(timeoutMs), []);
      const rows = await runHere(text, params);
      await runHere(statementTimeout(statementTimeoutMs), []);
      return rows;
    });
  };
  return createSql({
    kind: 'postgres',
    run,
    async transaction(work, { statementTimeoutMs: timeoutMs } = {}) {
      const client = await connect(pool);
      const runHere = runOn(client, timeoutMs);
      return runAndRelease(client, async () => {
        await runHere('begin', []);
        if (timeoutMs !== undefined)
          await runHere(`set local statement_timeout to ${Math.round(timeoutMs)}`, []);
        const result = await work(runHere);
        await runHere('commit', []);
        return result;
      });
    },
    async isAnswering() {
      const answer = run('select 1', []).then(
        () => true,
        () => false,
      );
      return Promise.race([answer, pause(answerCheckMs, false, { ref: false })]);
    },
    close: () => pool.end(),
  });
}

/**
 * pg 8 checks the certificate in all these modes, and warns at length that a later version will not: named by what it does,
 * it is silent, and stays as strict.
 */
function nameSslMode(url: string): string {
  if (/[?&]uselibpqcompat=true(&|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

const statementTimeout = (timeoutMs: number) => `set statement_timeout to ${Math.round(timeoutMs)}`;

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translateConnectError(error);
  }
}

/** Gives the connection back after the work, or, if that threw, ends it: whatever it had begun is undone with it. */
async function runAndRelease<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function runOn(client: pg.PoolClient, timeoutMs?: number): RunStatement {
  const timeout = timeoutMs === undefined ? {} : { query_timeout: timeoutMs + answerMarginMs };
  return async (text, params) => {
    try {
      return (await client.query<Row>({ text, values: params.map(toDriver), ...timeout })).rows;
    } catch (error) {
      throw translateError(error);
    }
  };
}

/** pg sends a Buffer as `bytea`, and any other typed array as JSON. */
function toDriver(value: EncodedValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** Types that come as {@link Row} says, by their numbers; every other as pg has it. */
function typeParser(oid: number, format: 'text' | 'binary' = 'text') {
  if (format === 'text' && oid === pg.types.builtins.INT8) return parseBigint;
  const parse = pg.types.getTypeParser(oid, format as 'text');
  return oid === pg.types.builtins.BYTEA ? (text: string) => new Uint8Array(parse(text)) : parse;
}
