import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPostgresDatabase, describeOnPostgres } from '../../../test/support/databases.ts';
import { nameOfDatabase, openDatabase } from './open-database.ts';
import { openPostgres } from './postgres.ts';
import type { Sql } from './sql.ts';
import type { AnswerChange } from './watch-database.ts';

const script = fileURLToPath(new URL('../../../scripts/throwaway-postgres.sh', import.meta.url));
const away = { code: 'store_unavailable', status: 503, retryAfter: 2 };

/** Milliseconds until a promise is settled. */
async function timeOf(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise.catch(() => {});
  return performance.now() - start;
}

describeOnPostgres('an outage', () => {
  let folder = '';
  let url = '';
  let sql: Sql;
  const changes: AnswerChange[] = [];
  const start = () => execFileSync(script, ['--start', folder], { encoding: 'utf8' }).trim();
  const stop = () => execFileSync(script, ['--stop', folder]);

  beforeAll(async () => {
    folder = join(tmpdir(), `bonafide-outage-${process.pid}`);
    url = start();
    sql = await openDatabase({ databaseUrl: url, dataDir: '', onChange: (change) => changes.push(change) });
    await sql.query('create table notes (id text primary key)');
  });
  afterAll(async () => {
    await sql.close();
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is 503 at once, tells nothing confidential, leaves nothing half-written, and is over by itself', async () => {
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let stopped = () => {};
    const isStopped = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const interrupted = sql.transaction(async (transaction) => {
      await transaction.query("insert into notes values ('half')");
      begun();
      await isStopped;
      await transaction.query("insert into notes values ('other half')");
    });
    const waiting = sql.query('select pg_sleep(30)');
    const outcomes = Promise.allSettled([interrupted, waiting]);
    await isBegun;
    stop();
    stopped();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: away });

    const query = sql.query('select 1');
    expect(await timeOf(query)).toBeLessThan(4_000);
    const error = await query.catch((thrown) => thrown);
    expect(error).toMatchObject(away);
    const address = new URL(url);
    const told = `${error.message} ${error.detail} ${error.cause} ${error.stack} ${JSON.stringify(error)}`;
    for (const secret of [address.password, address.port, address.username, 'select 1'])
      expect(told).not.toContain(secret);
    expect(await sql.isAnswering()).toBe(false);

    start();
    expect(await sql.query('select * from notes')).toEqual([]);
    await sql.transaction((transaction) => transaction.query("insert into notes values ('whole')"));
    expect(await sql.query('select * from notes')).toEqual([{ id: 'whole' }]);
    expect(await sql.isAnswering()).toBe(true);
    expect(changes.map(({ isAnswering }) => isAnswering)).toEqual([false, true]);
  });

  it('is waited for at the start', async () => {
    stop();
    const opening = openDatabase({ databaseUrl: url, dataDir: '' });
    setTimeout(start, 1_000);
    const other = await opening;
    expect(await other.query('select * from notes')).toEqual([{ id: 'whole' }]);
    await other.close();
  });

  it('ends the start with a sentence where it lasts, as does a wrong address, at once', async () => {
    const wrong = (change: (address: URL) => void) => {
      const address = new URL(url);
      change(address);
      return openDatabase({ databaseUrl: address.href, dataDir: '', patienceMs: 600 });
    };
    const nobody = wrong((address) => {
      address.port = '1';
    });
    await expect(nobody).rejects.toThrow(
      'The PostgreSQL of DATABASE_URL (127.0.0.1:1/postgres) cannot be reached (ECONNREFUSED).',
    );
    const password = wrong((address) => {
      address.password = 'wrong-password';
    });
    await expect(password).rejects.toThrow(/refuses this user or password \(SQLSTATE 28P01\)\.$/);
    const database = wrong((address) => {
      address.pathname = 'nowhere';
    });
    await expect(database).rejects.toThrow(/has no database of this name \(SQLSTATE 3D000\)\.$/);
  });
});

describeOnPostgres('statements in each other’s way', () => {
  let sql: Sql;
  let url = '';
  let drop = async () => {};
  beforeAll(async () => {
    const database = await createPostgresDatabase();
    ({ drop, url } = database);
    sql = openPostgres(url);
    await sql.query('create table notes (id text primary key, note text)');
    await sql.query("insert into notes values ('a', ''), ('b', '')");
  });
  afterAll(async () => {
    await sql.close();
    await drop();
  });

  it('are undone when they wait for each other, with a 503 for one', async () => {
    let count = 0;
    let bothHold = () => {};
    const isHeld = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const write = (ids: readonly [string, string], note: string) =>
      sql.transaction(async (transaction) => {
        await transaction.query('update notes set note = $2 where id = $1', [ids[0], note]);
        count += 1;
        if (count === 2) bothHold();
        await isHeld;
        await transaction.query('update notes set note = $2 where id = $1', [ids[1], note]);
      });
    const outcomes = await Promise.allSettled([write(['a', 'b'], 'one'), write(['b', 'a'], 'other')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost!.reason).toMatchObject({
      ...away,
      detail: expect.stringMatching(/this one was undone: try again/),
    });
    const notes = await sql.query<{ note: string }>('select note from notes');
    expect(new Set(notes.map(({ note }) => note)).size).toBe(1);
  });

  it('do not wait for ever for a transaction whose host is gone', async () => {
    const other = openPostgres(url, { idleTransactionMs: 500 });
    onTestFinished(() => other.close());
    let holds = () => {};
    const isHeld = new Promise<void>((resolve) => {
      holds = resolve;
    });
    let wake = () => {};
    const isAwake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const silent = other.transaction(async (transaction) => {
      await transaction.query("update notes set note = 'silent' where id = 'a'");
      holds();
      await isAwake;
      await transaction.query("update notes set note = 'silent' where id = 'b'");
    });
    await isHeld;
    const written = sql.query("update notes set note = 'heard' where id = 'a'");
    expect(await timeOf(written)).toBeLessThan(3_000);
    await written;
    wake();
    await expect(silent).rejects.toMatchObject(away);
    expect(await sql.query("select note from notes where id = 'a'")).toEqual([{ note: 'heard' }]);
    // Nobody waits for half a day for a server that was not told of it.
    expect(await sql.query('show idle_in_transaction_session_timeout')).toEqual([
      { idle_in_transaction_session_timeout: '10s' },
    ]);
  });

  it('are ended when they take too long, unless the transaction may', async () => {
    const slow = sql.query('select pg_sleep(60)');
    expect(await timeOf(slow)).toBeLessThan(7_500);
    await expect(slow).rejects.toMatchObject({ ...away, cause: 'SQLSTATE 57014' });
    const patient = sql.transaction(
      (transaction) => transaction.query('select pg_sleep(6.5)::text as slept'),
      {
        statementTimeoutMs: 20_000,
      },
    );
    expect(await patient).toEqual([{ slept: '' }]);
    expect(await sql.query('show statement_timeout')).toEqual([{ statement_timeout: '5s' }]);
  });

  it('may be given longer one by one, and one that is ended is no outage', async () => {
    const changes: AnswerChange[] = [];
    const watched = await openDatabase({
      databaseUrl: url,
      dataDir: '',
      onChange: (change) => changes.push(change),
    });
    onTestFinished(() => watched.close());
    const patient = watched.query('select pg_sleep(6.5)::text as slept', [], { statementTimeoutMs: 20_000 });
    const hasty = watched.query('select pg_sleep(1)', [], { statementTimeoutMs: 200 });
    await expect(hasty).rejects.toMatchObject({ ...away, cause: 'SQLSTATE 57014' });
    expect(await patient).toEqual([{ slept: '' }]);
    expect(await watched.query('show statement_timeout')).toEqual([{ statement_timeout: '5s' }]);
    expect(changes).toEqual([]);
  });
});

describe('a PostgreSQL that accepts and never answers', () => {
  it('is 503 within a few seconds, and not waited for where only its state is asked', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    const sql = openPostgres(`postgres://user:password@127.0.0.1:${address.port}/nowhere`);
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await sql.close();
    });
    expect(await timeOf(sql.isAnswering())).toBeLessThan(1_000);
    const queries = Promise.allSettled(Array.from({ length: 30 }, () => sql.query('select 1')));
    expect(await timeOf(queries)).toBeLessThan(5_000);
    for (const outcome of await queries) expect(outcome).toMatchObject({ reason: away });
  });
});

describe('the name of a database', () => {
  const name = (databaseUrl: string) => nameOfDatabase({ databaseUrl, dataDir: 'data' });

  it('holds no user and no password', () => {
    expect(name('postgres://user:secret@db.example:5433/faces?sslmode=require')).toBe(
      'db.example:5433/faces',
    );
    expect(name('')).toBe(join('data', 'db'));
  });

  it.each(['mysql://user:secret@host/db', 'postgres://user:sec#ret@:x', 'secret'])('%s is refused', (url) => {
    expect(() => name(url)).toThrow(/^DATABASE_URL is no address like postgres:\/\/user:password@host/);
    expect(() => name(url)).not.toThrow(/sec(#ret|ret)/);
  });
});
