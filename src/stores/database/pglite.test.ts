import {
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openPglite } from './pglite.ts';

let parent = '';
let folder = '';

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'bonafide-pglite-'));
  folder = join(parent, 'data', 'db');
  const sql = await openPglite(folder);
  await sql.query('create table notes (id text primary key)');
  await sql.query("insert into notes values ('kept')");
  await sql.close();
}, 180_000);
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe('the embedded database', () => {
  it('is for its owner alone, and there again after it was closed', async () => {
    for (const path of [folder, `${folder}.lock`, join(parent, 'data')])
      expect([path, statSync(path).mode & 0o777]).toEqual([path, 0o700]);
    const sql = await openPglite(folder);
    expect(await sql.query('select id from notes')).toEqual([{ id: 'kept' }]);
    await sql.close();
    expect(readdirSync(join(parent, 'data')).sort()).toEqual(['db', 'db.lock']);
  });

  it('is for one at a time, and says what to do', async () => {
    const sql = await openPglite(folder);
    onTestFinished(() => sql.close());
    await expect(openPglite(folder)).rejects.toThrow(
      /Another process uses .*: stop that one, .* another DATA_DIR.* DATABASE_URL/,
    );
  });

  it('begins anew where making it was interrupted', async () => {
    const other = join(parent, 'interrupted', 'db');
    mkdirSync(`${other}.new`, { recursive: true });
    cpSync(join(folder, 'PG_VERSION'), join(`${other}.new`, 'PG_VERSION'));
    const sql = await openPglite(other);
    expect(await sql.query('select 1 as one')).toEqual([{ one: 1 }]);
    await sql.close();
    expect(existsSync(`${other}.new`)).toBe(false);
  });

  it('says where it cannot be kept', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    await expect(openPglite(join(file, 'db'))).rejects.toThrow(
      /cannot be kept in .* \(E[A-Z]+\): let DATA_DIR be/,
    );
  });

  it('says what else stands in its place, before it makes anything', async () => {
    const file = join(parent, 'taken', 'db');
    mkdirSync(join(parent, 'taken'));
    writeFileSync(file, '');
    await expect(openPglite(file)).rejects.toThrow(/taken.db is a file, where .* another DATA_DIR/);
    rmSync(file);
    mkdirSync(file);
    writeFileSync(join(file, 'mine'), '');
    await expect(openPglite(file)).rejects.toThrow(/taken.db is a folder that holds something else/);
    expect(readdirSync(join(parent, 'taken')).sort()).toEqual(['db', 'db.lock']);
  });

  it('says that it is damaged, and lets go of its folder', async () => {
    const damaged = join(parent, 'damaged', 'db');
    cpSync(folder, damaged, { recursive: true });
    truncateSync(join(damaged, 'global', 'pg_control'), 10);
    for (let time = 0; time < 2; time++)
      await expect(openPglite(damaged)).rejects.toMatchObject({
        message: expect.stringMatching(/cannot be opened: it is damaged/),
        cause: expect.any(Error),
      });
  });

  it('says what failed where it is the disk, and not that it is damaged', async () => {
    const copy = join(parent, 'full', 'db');
    cpSync(folder, copy, { recursive: true });
    const failure = Object.assign(new Error('of the disk'), { code: 'ENOSPC' });
    const opening = openPglite(copy, () => {
      throw failure;
    });
    await expect(opening).rejects.toMatchObject({
      message: expect.stringMatching(
        /cannot be opened, for there is no space left on its disk \(ENOSPC\): make room/,
      ),
      cause: failure,
    });
    const again = await openPglite(copy);
    expect(await again.query("select id from notes where id = 'kept'")).toEqual([{ id: 'kept' }]);
    await again.close();
  });

  it('synchronises its log before it answers a write, and nothing for a read', async () => {
    const synced: string[] = [];
    const sql = await openPglite(folder, (descriptor) => {
      synced.push(readlinkSync(`/proc/self/fd/${descriptor}`));
      fsyncSync(descriptor);
    });
    onTestFinished(() => sql.close());
    synced.length = 0;
    await sql.query('select id from notes');
    expect(synced).toEqual([]);
    await sql.query("insert into notes values ('synchronised')");
    expect(synced).toEqual([expect.stringMatching(/\/db\/pg_wal\/[0-9A-F]{24}$/)]);
  });

  it('is away, not silent, from when its disk fails', async () => {
    const copy = join(parent, 'failing', 'db');
    cpSync(folder, copy, { recursive: true });
    let fails = false;
    const sql = await openPglite(copy, (descriptor) => {
      if (fails) throw Object.assign(new Error('of the disk'), { code: 'EIO' });
      fsyncSync(descriptor);
    });
    fails = true;
    const away = { code: 'store_unavailable', status: 503 };
    await expect(sql.query("insert into notes values ('lost')")).rejects.toMatchObject(away);
    fails = false;
    await expect(sql.query('select 1')).rejects.toMatchObject(away);
    const work = sql.transaction((transaction) => transaction.query('select 1'));
    await expect(work).rejects.toMatchObject(away);
    expect(await sql.isAnswering()).toBe(false);
    await sql.close();
    const again = await openPglite(copy);
    expect(await again.query("select id from notes where id = 'kept'")).toEqual([{ id: 'kept' }]);
    await again.close();
  });
});
