import { pageOf, readCursor } from '../cursor.ts';
import type { Row, Sql } from '../database/sql.ts';
import type { Page, PageQuery, SampleLabel, SamplePicture, SampleRecord } from '../ports.ts';
import type { SampleFiles } from './sample-files.ts';

interface RecordRow extends Row {
  readonly id: string;
  readonly label: SampleLabel;
  readonly raw_path: string;
  readonly face_path: string | null;
  readonly created_at: Date;
  readonly outcome: SampleRecord['outcome'];
}

/** What was decided of a picture when it came. */
const outcome = `(select outcome from decisions where sample_id = samples.id order by at limit 1) as outcome`;

/** See `Samples.list`. */
export async function listSamples(
  sql: Sql,
  label: SampleLabel,
  { after, limit }: PageQuery,
): Promise<Page<SampleRecord>> {
  const { at, id } = readCursor(after, 'hex');
  const rows = await sql.query<RecordRow>(
    `select *, ${outcome} from samples where label = $1 and state = 'stored' and (created_at, id) < ($2, $3)
     order by created_at desc, id desc limit $4`,
    [label, at, id, limit + 1],
  );
  return pageOf(rows.map(toRecord), limit, ({ createdAt, id }) => ({ at: createdAt, id }));
}

/** The record of a picture that is stored. */
export async function findSample(sql: Sql, id: string): Promise<SampleRecord | undefined> {
  const [row] = await sql.query<RecordRow>(
    `select *, ${outcome} from samples where id = $1 and state = 'stored'`,
    [id],
  );
  return row && toRecord(row);
}

/** See `Samples.read`. */
export async function readSample(
  sql: Sql,
  files: SampleFiles,
  id: string,
  which: 'raw' | 'face',
): Promise<SamplePicture | undefined> {
  const [row] = await sql.query<RecordRow>(
    "select raw_path, face_path from samples where id = $1 and state = 'stored'",
    [id],
  );
  const path = which === 'raw' ? row?.raw_path : row?.face_path;
  if (!path) return undefined;
  const bytes = await files.read(path);
  return bytes && { bytes, extension: extensionOf(path) };
}

function toRecord({ id, label, raw_path, face_path, created_at, outcome }: RecordRow): SampleRecord {
  const extension = extensionOf(raw_path);
  return { id, label, createdAt: created_at, extension, hasFace: face_path !== null, outcome };
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
