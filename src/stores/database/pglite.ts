import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { createSql, parseBigint, type RunStatement } from './create-sql.ts';
import { describeDiskFailure, isDiskFailure } from './disk-failure.ts';
import { DurableFiles, durableParams, syncDirectory, syncFolder } from './durable-files.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { Row, Sql } from './sql.ts';
import { translateError, unavailable } from './sql-errors.ts';

/**
 * Memory for pages, which the kernel caches as well: with PostgreSQL's default of 128 MB the process held 115 MB more,
 * and a statement on 10,000 templates (11 MB) took as long.
 */
const sizeParams = ['-c', 'shared_buffers=16MB'];

/** Numbers of types, as PostgreSQL's catalogue pg_type has them. */
const types = { bytea: 17, bigint: 20 } as const;

/** Bytes and integers as `Row` says; PGlite's own way with bytes goes through one array for each. */
const values = {
  parsers: {
    [types.bigint]: parseBigint,
    [types.bytea]: (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
  },
  serializers: {
    [types.bytea]: (bytes: Uint8Array) =>
      `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`,
  },
} satisfies PGliteOptions;

/** PGlite's own parameters and ours; `-F` turns `fsync` off. */
const memoryParams = [...PGlite.defaultStartParams, ...sizeParams];
const folderParams = [...memoryParams.filter((param) => param !== '-F'), ...durableParams];

/** An embedded database in the memory of this process, for tests. */
export interface MemoryDatabase extends Sql {
  /** All of it, for {@link openMemory}. */
  dump(): Promise<Blob>;
}

/** @param dump what to begin with, instead of an empty database, which takes two seconds to make */
export async function openMemory(dump?: Blob): Promise<MemoryDatabase> {
  const database = await PGlite.create({
    ...values,
    startParams: memoryParams,
    extensions: { vector },
    ...(dump && { loadDataDir: dump }),
  });
  return { ...toSql(database), dump: () => database.dumpDataDir('none') };
}

/**
 * The embedded database, in a folder of its own, which one process at a time may use.
 *
 * @param sync synchronises an open file; default: `fsync`
 * @throws Error with a sentence for the operator where the folder is in use, cannot be written, or is damaged
 */
export async function openPglite(folder: string, sync?: (descriptor: number) => void): Promise<Sql> {
  const lock = await lockDatabase(folder);
  try {
    refuseForeign(folder);
    await makeDatabase(folder);
    chmodSync(folder, 0o700);
    return await openFolder(folder, lock, sync);
  } catch (error) {
    await lock.release();
    if (isDiskFailure(error)) throw onDisk('opened', folder, error);
    throw error;
  }
}

const onDisk = (done: 'opened' | 'made', folder: string, failure: NodeJS.ErrnoException) =>
  new Error(`The embedded database in ${folder} cannot be ${done}, for ${describeDiskFailure(failure)}`, {
    cause: failure,
  });

async function lockDatabase(folder: string): Promise<FolderLock> {
  let lock: FolderLock | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
    lock = await lockFolder(`${folder}.lock`);
  } catch (error) {
    if (isDiskFailure(error)) throw onDisk('opened', folder, error);
    throw new Error(
      `The embedded database cannot be kept in ${folder} (${(error as NodeJS.ErrnoException).code}): let DATA_DIR be a folder on a local disk that this user may write to, or set DATABASE_URL.`,
    );
  }
  if (lock) return lock;
  throw new Error(
    `Another process uses the embedded database in ${folder}: stop that one, or give this one another DATA_DIR; for several servers, set DATABASE_URL to a PostgreSQL that they share.`,
  );
}

/** Whatever stands in the database's place and is none is somebody else's: said before a database is made. */
function refuseForeign(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found || existsSync(join(folder, 'PG_VERSION'))) return;
  if (found.isDirectory() && readdirSync(folder).length === 0) return;
  throw new Error(
    `${folder} is ${found.isDirectory() ? 'a folder that holds something else' : 'a file'}, where the embedded database belongs: move it away, or give this server another DATA_DIR.`,
  );
}

/** Makes an empty database where there is none: aside, and put in its place when it is whole. */
async function makeDatabase(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  // Synchronised as a whole when it is made.
  const files = new DurableFiles(
    unfinished,
    () => {},
    () => {},
  );
  try {
    const database = await PGlite.create({ fs: files, startParams: memoryParams });
    await database.close();
    await syncFolder(unfinished);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    const failure = isDiskFailure(error) ? error : files.failure;
    if (failure) throw onDisk('made', folder, failure);
    // PGlite throws errors of its file system that are no Error.
    throw error instanceof Error ? error : new Error(`The embedded database in ${folder} cannot be made.`);
  }
  renameSync(unfinished, folder);
  syncDirectory(dirname(folder));
}

async function openFolder(
  folder: string,
  lock: FolderLock,
  sync?: (descriptor: number) => void,
): Promise<Sql> {
  // PostgreSQL removes it when it shuts down.
  if (existsSync(join(folder, 'postmaster.pid'))) await syncFolder(folder);
  const health: Health = { isBroken: false };
  const files = new DurableFiles(
    folder,
    () => {
      health.isBroken = true;
    },
    sync,
  );
  const options = { ...values, fs: files, startParams: folderParams, extensions: { vector } };
  const database = new GuardedPglite(options, health);
  try {
    await database.waitReady;
  } catch (error) {
    throw cannotOpen(folder, files.failure, error);
  }
  files.opened();
  const sql = toSql(database, health);
  return { ...sql, close: () => sql.close().finally(() => lock.release()) };
}

/** PostgreSQL itself says no more of a disk that is full than of a file that is damaged: it gives up. */
function cannotOpen(folder: string, failure: NodeJS.ErrnoException | undefined, error: unknown): Error {
  if (failure) return onDisk('opened', folder, failure);
  return new Error(
    `The embedded database in ${folder} cannot be opened: it is damaged, or another version made it. Restore a copy of that folder, or move it away to begin with an empty database.`,
    { cause: error },
  );
}

/** Whether PostgreSQL still runs inside PGlite. */
interface Health {
  isBroken: boolean;
}

/** PGlite calls PostgreSQL again after that has given up (a full or broken disk), and then never returns. */
class GuardedPglite extends PGlite {
  readonly #health: Health;

  constructor(options: PGliteOptions, health: Health) {
    super(options);
    this.#health = health;
  }

  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    if (this.#health.isBroken) throw unavailable(gaveUp);
    return super.execProtocolRawSync(message);
  }
}

/** For logs; what a client is told is the catalogue's. */
const gaveUp = 'the embedded database has given up: see to the disk, then start the server again';

function toSql(database: PGlite, health: Readonly<Health> = { isBroken: false }): Sql {
  const isAway = () => health.isBroken || database.closed;
  const translate = (error: unknown) =>
    isAway() ? unavailable(health.isBroken ? gaveUp : 'closed') : translateError(error);
  const runOn =
    (runner: Pick<PGlite, 'query'>): RunStatement =>
    async (text, params) => {
      try {
        return (await runner.query<Row>(text, [...params])).rows;
      } catch (error) {
        throw translate(error);
      }
    };
  return createSql({
    kind: 'pglite',
    run: runOn(database),
    async transaction(work) {
      try {
        return await database.transaction((transaction) => work(runOn(transaction as unknown as PGlite)));
      } catch (error) {
        // What `work` threw passes unchanged; what `commit` did does not.
        throw translate(error);
      }
    },
    isAnswering: async () => !isAway(),
    close: () => database.close(),
  });
}
