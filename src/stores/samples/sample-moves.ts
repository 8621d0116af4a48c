import { BonafideError } from '../../errors.ts';
import type { Queries, Row, Sql } from '../database/sql.ts';
import type { RelabelNote, SampleLabel } from '../ports.ts';
import { recordSampleEvent } from '../templates/audit-trail.ts';
import { type SampleFiles, type SampleFolderError, settleEach } from './sample-files.ts';

/** A picture that goes from one label to the other, in the table of migration 004. */
interface MoveRow extends Row {
  readonly sample_id: string;
  readonly old_paths: readonly string[];
  readonly new_paths: readonly string[];
}

/** Moves pictures between labels, which are folders: files are copied, then the record changes, then the old ones go. */
export interface SampleMoves {
  /** @returns whether there is such a picture; see `Samples.relabel` */
  move(id: string, label: SampleLabel, note: RelabelNote): Promise<boolean>;
  /**
   * Ends what was begun before then: where the record has changed the old files go, else the new ones. Returns the first
   * error of the folder, if any: what it kept from its end is tried again.
   */
  recover(before: Date): Promise<SampleFolderError | undefined>;
}

/**
 * Where files of these pictures may lie that are being moved, or were when a server died. Ask under the lock of their
 * rows, which is taken to withdraw them: who comes later copies nothing any more.
 */
export async function pathsOfMoves(queries: Queries, ids: readonly string[]): Promise<readonly string[]> {
  const moves = await queries.query<Pick<MoveRow, 'old_paths' | 'new_paths'>>(
    'select old_paths, new_paths from sample_moves where sample_id = any($1)',
    [ids],
  );
  return moves.flatMap(({ old_paths, new_paths }) => [...old_paths, ...new_paths]);
}

/**
 * @param lockCounts takes the lock that everybody takes before any row of `samples`
 */
export function createSampleMoves(
  sql: Sql,
  files: SampleFiles,
  lockCounts: (queries: Queries) => Promise<void>,
): SampleMoves {
  /** Removes the files that the record does not name, whatever it says by now. */
  async function settle({ sample_id, old_paths, new_paths }: MoveRow): Promise<void> {
    const [sample] = await sql.query<{ raw_path: string; face_path: string | null }>(
      'select raw_path, face_path from samples where id = $1',
      [sample_id],
    );
    const named = [sample?.raw_path, sample?.face_path];
    await files.remove([...old_paths, ...new_paths].filter((path) => !named.includes(path)));
    await sql.query('delete from sample_moves where sample_id = $1', [sample_id]);
  }

  /**
   * Copies under the lock of the row, for which an erasure waits: else it could give its receipt, and the copies come after
   * it. False where the picture or one of its files is gone.
   */
  function copy({ sample_id, old_paths, new_paths }: MoveRow): Promise<boolean> {
    return sql.transaction(async (queries) => {
      const found = await queries.query(
        "select 1 from samples where id = $1 and state = 'stored' and raw_path = $2 for update",
        [sample_id, old_paths[0]!],
      );
      if (found.length === 0) return false;
      const contents = await Promise.all(old_paths.map((path) => files.read(path)));
      const copies = contents.flatMap((bytes, at) => (bytes ? [{ path: new_paths[at]!, bytes }] : []));
      if (copies.length < old_paths.length) return false;
      await files.write(copies);
      return true;
    });
  }

  return {
    async move(id, label, note) {
      const begun = await begin(sql, id, label, note.at);
      if (begun === 'unknown' || begun === 'there') return begun === 'there';
      let moved = false;
      try {
        moved = (await copy(begun)) && (await change(sql, lockCounts, begun, label, note));
      } finally {
        // Where this fails too, a later recovery does it.
        await settle(begun).catch((error: unknown) => {
          if (moved) return;
          throw error;
        });
      }
      return moved;
    },
    async recover(before) {
      const moves = await sql.query<MoveRow>('select * from sample_moves where at <= $1 order by at', [
        before,
      ]);
      return settleEach(moves, settle);
    },
  };
}

/** Notes which files there will be; says where there is nothing to do. */
function begin(sql: Sql, id: string, label: SampleLabel, at: Date): Promise<MoveRow | 'unknown' | 'there'> {
  return sql.transaction(async (queries) => {
    const [sample] = await queries.query<{ label: SampleLabel; raw_path: string; face_path: string | null }>(
      "select label, raw_path, face_path from samples where id = $1 and state = 'stored'",
      [id],
    );
    if (!sample) return 'unknown';
    if (sample.label === label) return 'there';
    const old_paths = [sample.raw_path, ...(sample.face_path === null ? [] : [sample.face_path])];
    const new_paths = old_paths.map((path) => path.replace(/^[^/]+/, label));
    const entered = await queries.query(
      `insert into sample_moves (sample_id, old_paths, new_paths, at) values ($1, $2, $3, $4)
       on conflict (sample_id) do nothing returning 1`,
      [id, old_paths, new_paths, at],
    );
    if (entered.length === 0)
      throw new BonafideError('busy', 'Somebody else gives this picture a label at this moment.');
    return { sample_id: id, old_paths, new_paths };
  });
}

/** The one moment in which the picture changes sides; false where it was erased meanwhile. */
function change(
  sql: Sql,
  lockCounts: (queries: Queries) => Promise<void>,
  { sample_id, old_paths, new_paths }: MoveRow,
  label: SampleLabel,
  { at, details }: RelabelNote,
): Promise<boolean> {
  return sql.transaction(async (queries) => {
    await lockCounts(queries);
    const changed = await queries.query(
      `update samples set label = $2, raw_path = $3, face_path = $4
       where id = $1 and state = 'stored' and raw_path = $5 returning 1`,
      [sample_id, label, new_paths[0]!, new_paths[1] ?? null, old_paths[0]!],
    );
    if (changed.length === 0) return false;
    await queries.query(
      'update sample_counts set samples = samples + case when label = $1 then 1 else -1 end',
      [label],
    );
    await recordSampleEvent(queries, sample_id, {
      at,
      event: 'sample_relabelled',
      details: { ...details, label },
    });
    return true;
  });
}
