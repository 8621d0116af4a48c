import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BonafideError } from '../../errors.ts';
import type { Queries, Row, Sql } from '../database/sql.ts';
import type { NewSample, SampleLabel, Samples, StoredSample } from '../ports.ts';
import { findSample, listSamples, readSample } from './browse-samples.ts';
import { type SampleFile, type SampleFiles, SampleFolderError, settleEach } from './sample-files.ts';
import { createSampleMoves, pathsOfMoves } from './sample-moves.ts';

/**
 * How old an unsettled row must be for another server to settle it, in milliseconds: far longer than any upload
 * takes to write two files, and than the clocks of two servers differ.
 */
const abandonedAfter = 10 * 60_000;

/** How long an upload waits for another one of the same picture, and how often it looks, in milliseconds. */
const patience = { limit: 10_000, step: 25 };

/** Samples of a user that are erased in one transaction, which keeps every other upload from being counted. */
const erasureBatch = 500;

/** How time passes while an upload waits. */
export interface WaitingClock {
  /** Milliseconds since some moment. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/**
 * The data set: rows in the tables of migration 003, files beside them. The row comes first and goes last, so no
 * file is ever without one, and it counts from the moment when its files are whole.
 */
export function createSamples(
  sql: Sql,
  files: SampleFiles,
  clock: WaitingClock = { now: () => performance.now(), pause },
): Samples {
  const moves = createSampleMoves(sql, files, lockCounts);

  /** Deletes rows whose files have been removed. */
  async function forget(rows: readonly Paths[]): Promise<void> {
    await sql.query("delete from samples where id = any($1) and state = 'erasing'", [
      rows.map(({ id }) => id),
    ]);
  }

  /**
   * Undoes a row whose files are not whole, unless somebody has found them whole and counted it: nobody may complete it
   * from now on. Returns whether it was erased before.
   */
  async function undo(row: Paths): Promise<boolean> {
    const taken = await sql.query(
      "update samples set state = 'erasing' where id = $1 and state = 'pending' returning id",
      [row.id],
    );
    const stored = await sql.query("select 1 from samples where id = $1 and state = 'stored'", [row.id]);
    if (stored.length > 0) return false;
    await files.remove(pathsOf(row));
    await forget([row]);
    return taken.length === 0;
  }

  /** Completes or undoes what its writer left behind. */
  async function settle(row: SampleRow): Promise<void> {
    if (row.state === 'pending' && (await files.areThere(pathsOf(row)))) await complete(sql, row);
    else await undo(row);
  }

  async function add(sample: NewSample): Promise<StoredSample & { duplicate: boolean }> {
    const contentHash = createHash('sha256').update(sample.raw).digest();
    const row = { ...newPaths(sample), id: sample.id, label: sample.label };
    const deadline = clock.now() + patience.limit;
    while (!(await enter(sql, sample, row, contentHash))) {
      const [other] = await sql.query<SampleRow>('select * from samples where content_hash = $1', [
        contentHash,
      ]);
      if (other?.state === 'stored') {
        refuseOtherLabel(other, sample);
        if (await joinStored(other, sample)) return { ...toStored(other), duplicate: true };
      }
      if (other && sample.createdAt.getTime() - other.created_at.getTime() > abandonedAfter)
        await settle(other);
      else if (clock.now() > deadline)
        throw new BonafideError('busy', 'Another upload of this picture is under way.');
      else await clock.pause(patience.step);
    }
    let failure: unknown;
    try {
      await files.write(filesOf(row, sample));
      if (await complete(sql, row)) return { ...toStored(row), duplicate: false };
    } catch (error) {
      failure = error;
    }
    const isUntouched = failure instanceof SampleFolderError && failure.isUntouched;
    // Where the database is away as well, a later sweep does it.
    const wasErased = await (isUntouched ? withdrawUnwritten(sql, row) : undo(row)).catch(() => false);
    if (failure !== undefined && !wasErased) throw failure;
    throw new BonafideError('busy', 'The picture was erased while it was being stored.');
  }

  /**
   * Notes that a stored picture is this user's too, so that it is erased with them, and puts its files back where somebody
   * has removed them by hand; false where it is gone. An erasure waits for the row meanwhile: files that came back after
   * it would have no record, so they are written under the row's lock, rare as that is.
   */
  async function joinStored(row: SampleRow, sample: NewSample): Promise<boolean> {
    const parts = filesOf(row, sample);
    let writing = false;
    try {
      return await sql.transaction(async (queries) => {
        if (!(await nameUser(queries, row, sample.userId))) return false;
        if (await files.areThere(parts.map(({ path }) => path))) return true;
        writing = true;
        await files.write(parts);
        return true;
      });
    } catch (error) {
      // The lock may have been lost with the connection. A record without files is mended by the next upload.
      if (writing) await files.remove(pathsOf(row)).catch(() => {});
      throw error;
    }
  }

  function toStored({ id, label, raw_path, face_path }: Paths) {
    return {
      id,
      label,
      rawPath: files.absolute(raw_path),
      facePath: face_path === null ? null : files.absolute(face_path),
    };
  }

  return {
    add,
    async stats(newest) {
      const counts = await sql.query<{ label: SampleLabel; samples: bigint | number }>(
        'select label, samples from sample_counts',
      );
      const count = (label: SampleLabel) => Number(counts.find((row) => row.label === label)?.samples ?? 0);
      const pathsOfNewest = async (label: SampleLabel) =>
        (await sql.query<{ raw_path: string }>(newestQuery, [label, newest])).map(({ raw_path }) =>
          files.absolute(raw_path),
        );
      return {
        counts: { live: count('live'), spoof: count('spoof') },
        newest: { live: await pathsOfNewest('live'), spoof: await pathsOfNewest('spoof') },
      };
    },
    async eraseUser(userId) {
      let erased = 0;
      const failures: unknown[] = [];
      for (let after = '', isLast = false; !isLast; ) {
        const { rows, paths } = await sql.transaction((queries) => withdraw(queries, userId, after));
        try {
          await files.remove(paths);
          // A row that was not stored stays until its writer, who may write at this moment, or a sweep has seen to it.
          await forget(rows.filter(({ state }) => state === 'stored'));
        } catch (error) {
          failures.push(error);
        }
        erased += rows.filter(({ state }) => state !== 'erasing').length;
        after = rows.at(-1)?.id ?? after;
        isLast = rows.length < erasureBatch;
      }
      if (failures.length > 0) throw failures[0];
      return erased;
    },
    async recover(now, when) {
      // An embedded database serves one process: whoever wrote these rows is gone when it starts.
      const isAlone = sql.kind === 'pglite' && when === 'start';
      const before = isAlone ? now : new Date(now.getTime() - abandonedAfter);
      const rows = await sql.query<SampleRow>(
        "select * from samples where state <> 'stored' and created_at <= $1 order by created_at",
        [before],
      );
      const ofMoves = await moves.recover(before);
      const failure = (await settleEach(rows, settle)) ?? ofMoves;
      // A server starts without its data set, too: the same is tried, and told, every minute.
      if (failure !== undefined && when === 'running') throw failure;
      return rows.length;
    },
    list: (label, page) => listSamples(sql, label, page),
    read: (id, which) => readSample(sql, files, id, which),
    async relabel(id, label, note) {
      return (await moves.move(id, label, note)) ? findSample(sql, id) : undefined;
    },
  };
}

/**
 * Reads as many rows of the index `samples_newest` as it answers; by id alone a database may prefer to walk the
 * primary key, through all pictures of the other label. Exported for the test that asks the database how.
 */
export const newestQuery =
  "select raw_path from samples where label = $1 and state = 'stored' order by created_at desc, id desc limit $2";

interface SampleRow extends Row {
  readonly id: string;
  readonly label: SampleLabel;
  readonly state: 'pending' | 'stored' | 'erasing';
  readonly raw_path: string;
  readonly face_path: string | null;
  readonly created_at: Date;
}

type Paths = Pick<SampleRow, 'id' | 'label' | 'raw_path' | 'face_path'>;

/** Enters a picture that is not known yet, and whose it is; false where it is known. */
function enter(sql: Sql, sample: NewSample, row: Paths, contentHash: Uint8Array): Promise<boolean> {
  return sql.transaction(async (queries) => {
    const entered = await queries.query(
      `insert into samples (id, label, state, content_hash, raw_path, face_path, created_at)
       values ($1, $2, 'pending', $3, $4, $5, $6) on conflict (content_hash) do nothing returning id`,
      [row.id, row.label, contentHash, row.raw_path, row.face_path, sample.createdAt],
    );
    if (entered.length > 0 && sample.userId !== null)
      await queries.query('insert into sample_users (user_id, sample_id) values ($1, $2)', [
        sample.userId,
        row.id,
      ]);
    return entered.length > 0;
  });
}

/** Forgets a row of which no file was written; returns whether it was erased meanwhile. */
async function withdrawUnwritten(sql: Sql, { id }: Paths): Promise<boolean> {
  const taken = await sql.query("delete from samples where id = $1 and state <> 'stored' returning state", [
    id,
  ]);
  return taken[0]?.state !== 'pending';
}

/** Takes the lock of a stored picture and notes whose it is; false where it is gone, or under another label by now. */
async function nameUser(
  queries: Queries,
  { id, raw_path }: SampleRow,
  userId: string | null,
): Promise<boolean> {
  const found = await queries.query(
    "select 1 from samples where id = $1 and state = 'stored' and raw_path = $2 for update",
    [id, raw_path],
  );
  if (found.length > 0 && userId !== null)
    await queries.query(
      'insert into sample_users (user_id, sample_id) values ($1, $2) on conflict do nothing',
      [userId, id],
    );
  return found.length > 0;
}

/** Counts a sample whose files are whole; false where it was erased meanwhile. */
function complete(sql: Sql, { id, label }: Pick<SampleRow, 'id' | 'label'>): Promise<boolean> {
  return sql.transaction(async (queries) => {
    await lockCounts(queries);
    const stored = await queries.query(
      "update samples set state = 'stored' where id = $1 and state = 'pending' returning id",
      [id],
    );
    if (stored.length > 0) {
      await queries.query('update sample_counts set samples = samples + 1 where label = $1', [label]);
      return true;
    }
    // Another server may have found its files whole and counted it.
    return (await queries.query("select 1 from samples where id = $1 and state = 'stored'", [id])).length > 0;
  });
}

/**
 * Takes the next samples of a user out of the counts, in the order of their ids; their files are to be removed next.
 * Returns them as they were before, and where files of theirs may lie.
 */
async function withdraw(queries: Queries, userId: string, after: string) {
  await lockCounts(queries);
  const rows = await queries.query<SampleRow>(
    `select * from samples where id in (
       select sample_id from sample_users where user_id = $1 and sample_id > $2 order by sample_id limit $3
     ) order by id for update`,
    [userId, after, erasureBatch],
  );
  const ids = rows.map(({ id }) => id);
  await queries.query("update samples set state = 'erasing' where id = any($1)", [ids]);
  const stored = (of: SampleLabel) =>
    rows.filter(({ label, state }) => label === of && state === 'stored').length;
  await queries.query(
    "update sample_counts set samples = samples - case label when 'live' then $1::int else $2::int end",
    [stored('live'), stored('spoof')],
  );
  return { rows, paths: [...rows.flatMap(pathsOf), ...(await pathsOfMoves(queries, ids))] };
}

/** Before any row of `samples`, everywhere: two who took them in different orders would wait for each other. */
async function lockCounts(queries: Queries): Promise<void> {
  await queries.query('select 1 from sample_counts order by label for update');
}

function refuseOtherLabel({ label }: SampleRow, sample: NewSample): void {
  if (label !== sample.label)
    throw new BonafideError('sample_labelled_otherwise', `This picture is stored as ${label}.`);
}

function newPaths({ id, label, extension, face }: NewSample) {
  return {
    raw_path: `${label}/raw/${id}.${extension}`,
    face_path: face === null ? null : `${label}/faces/${id}.jpg`,
  };
}

function pathsOf({ raw_path, face_path }: Pick<Paths, 'raw_path' | 'face_path'>): readonly string[] {
  return face_path === null ? [raw_path] : [raw_path, face_path];
}

/** What is written where. */
function filesOf({ raw_path, face_path }: Paths, { raw, face }: NewSample): readonly SampleFile[] {
  const files = [{ path: raw_path, bytes: raw }];
  return face_path && face ? [...files, { path: face_path, bytes: face }] : files;
}
