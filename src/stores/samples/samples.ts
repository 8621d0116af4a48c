import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BonafideError } from '../../errors.ts';
import type { Queries, Row, Sql } from '../database/sql.ts';
import type { NewSample, SampleLabel, Samples, StoredSample } from '../ports.ts';
import type { SampleFiles } from './sample-files.ts';

/**
 * How old an unsettled row must be for another server to settle it, in milliseconds: far longer than any upload
 * takes to write two files, and than the clocks of two servers differ.
 */
const abandonedAfter = 10 * 60_000;

/** How long an upload waits for another one of the same picture, and how often it looks, in milliseconds. */
const patience = { limit: 10_000, step: 25 };

/**
 * The data set: rows in the tables of migration 003, files beside them. The row comes first and goes last, so no
 * file is ever without one, and it counts from the moment when its files are whole.
 */
export function createSamples(sql: Sql, files: SampleFiles): Samples {
  /** Removes the files of a row that nobody counts any more, then the row. */
  async function discard({ id, raw_path, face_path }: SampleRow): Promise<void> {
    await files.remove(pathsOf(raw_path, face_path));
    await sql.query("delete from samples where id = $1 and state = 'erasing'", [id]);
  }

  /** Undoes a row whose files are not whole: nobody may complete it from now on. */
  async function undo(id: string): Promise<void> {
    const [row] = await sql.query<SampleRow>(
      "update samples set state = 'erasing' where id = $1 and state = 'pending' returning *",
      [id],
    );
    if (row) await discard(row);
  }

  /** Completes or undoes what its writer left behind. */
  async function settle(row: SampleRow): Promise<void> {
    if (row.state === 'erasing') return discard(row);
    if (await files.areThere(pathsOf(row.raw_path, row.face_path))) await complete(sql, row);
    else await undo(row.id);
  }

  async function add(sample: NewSample): Promise<StoredSample & { duplicate: boolean }> {
    const contentHash = createHash('sha256').update(sample.raw).digest();
    const row = { ...newPaths(sample), id: sample.id, label: sample.label };
    const deadline = performance.now() + patience.limit;
    while (!(await enter(sql, sample, row, contentHash))) {
      const [other] = await sql.query<SampleRow>('select * from samples where content_hash = $1', [
        contentHash,
      ]);
      if (other?.state === 'stored') {
        refuseOtherLabel(other, sample);
        if (await nameUser(sql, other.id, sample.userId))
          return { ...(await asDuplicate(other, sample)), duplicate: true };
      }
      if (other && sample.createdAt.getTime() - other.created_at.getTime() > abandonedAfter)
        await settle(other);
      else if (performance.now() > deadline)
        throw new BonafideError('busy', 'Another upload of this picture is under way.');
      else await pause(patience.step);
    }
    try {
      await files.write([
        { path: row.raw_path, bytes: sample.raw },
        ...(row.face_path && sample.face ? [{ path: row.face_path, bytes: sample.face }] : []),
      ]);
      if (await complete(sql, row)) return { ...toStored(row), duplicate: false };
    } catch (error) {
      // Where the database is away as well, the next start does it.
      await undo(row.id).catch(() => {});
      throw error;
    }
    await files.remove(pathsOf(row.raw_path, row.face_path));
    throw new BonafideError('busy', 'The picture was erased while it was being stored.');
  }

  /** A picture that was stored before; put back where somebody removed its files by hand. */
  async function asDuplicate(row: SampleRow, sample: NewSample): Promise<StoredSample> {
    if (!(await files.areThere([row.raw_path])))
      await files.write([
        { path: row.raw_path, bytes: sample.raw },
        ...(row.face_path && sample.face ? [{ path: row.face_path, bytes: sample.face }] : []),
      ]);
    return toStored(row);
  }

  function toStored({ label, raw_path, face_path }: Pick<SampleRow, 'label' | 'raw_path' | 'face_path'>) {
    return {
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
      const rows = await sql.transaction((queries) => withdraw(queries, userId));
      for (const row of rows) await discard(row);
      return rows.length;
    },
    async recover(now) {
      // An embedded database serves one process: whoever wrote these rows is gone.
      const before = sql.kind === 'pglite' ? now : new Date(now.getTime() - abandonedAfter);
      const rows = await sql.query<SampleRow>(
        "select * from samples where state <> 'stored' and created_at <= $1 order by created_at",
        [before],
      );
      for (const row of rows) await settle(row);
      return rows.length;
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

/** Notes that a stored picture is this user's too, so that it is erased with them; false where it is gone. */
function nameUser(sql: Sql, id: string, userId: string | null): Promise<boolean> {
  return sql.transaction(async (queries) => {
    const found = await queries.query("select 1 from samples where id = $1 and state = 'stored' for update", [
      id,
    ]);
    if (found.length > 0 && userId !== null)
      await queries.query(
        'insert into sample_users (user_id, sample_id) values ($1, $2) on conflict do nothing',
        [userId, id],
      );
    return found.length > 0;
  });
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

/** Takes all samples of a user out of the counts; their files are to be removed next. */
async function withdraw(queries: Queries, userId: string): Promise<readonly SampleRow[]> {
  await lockCounts(queries);
  const rows = await queries.query<SampleRow>(
    `select * from samples where id in (select sample_id from sample_users where user_id = $1) for update`,
    [userId],
  );
  for (const { id, label, state } of rows) {
    await queries.query("update samples set state = 'erasing' where id = $1", [id]);
    if (state === 'stored')
      await queries.query('update sample_counts set samples = samples - 1 where label = $1', [label]);
  }
  return rows;
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

function pathsOf(rawPath: string, facePath: string | null): readonly string[] {
  return facePath === null ? [rawPath] : [rawPath, facePath];
}
