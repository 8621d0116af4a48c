import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { migrate } from '../../src/stores/database/migrate.ts';
import type { Sql } from '../../src/stores/database/sql.ts';
import type { NewSample } from '../../src/stores/ports.ts';
import { createSampleFiles, type SampleFiles } from '../../src/stores/samples/sample-files.ts';
import type { OpenTestDatabase } from './databases.ts';

/** When samples of {@link sample} were made, and when they count as left behind. */
export const now = new Date('2026-03-01T12:00:00Z');
export const later = new Date('2026-03-01T13:00:00Z');

/** A sample whose bytes are those of a text: no store looks at pictures. */
export function sample(number: number, changes: Partial<NewSample> = {}): NewSample {
  return {
    id: number.toString(16).padStart(32, '0'),
    label: 'live',
    userId: null,
    raw: Buffer.from(`raw ${number}`),
    extension: 'png',
    face: Buffer.from(`face ${number}`),
    createdAt: now,
    ...changes,
  };
}

/** What tests of the data set work on; empty at the start of each test. */
export interface SampleBench {
  sql: Sql;
  folder: string;
  files: SampleFiles;
  /** Every file in the data set's folder. */
  stored(): string[];
  /** Enters a row as a server does that dies before it has written a file. */
  enterAsDead(one: NewSample): Promise<unknown>;
}

/** Opens a database for the suite, and makes a folder for each of its tests. */
export function useSampleBench(open: OpenTestDatabase): SampleBench {
  const bench: SampleBench = {
    sql: undefined as unknown as Sql,
    folder: '',
    files: undefined as unknown as SampleFiles,
    stored: () =>
      readdirSync(bench.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(bench.folder, join(entry.parentPath, entry.name)))
        .sort(),
    enterAsDead: (one) =>
      bench.sql.query(
        `insert into samples (id, label, state, content_hash, raw_path, face_path, created_at)
         values ($1, $2, 'pending', $3, $4, $5, $6)`,
        [
          one.id,
          one.label,
          createHash('sha256').update(one.raw).digest(),
          `${one.label}/raw/${one.id}.${one.extension}`,
          `${one.label}/faces/${one.id}.jpg`,
          one.createdAt,
        ],
      ),
  };
  beforeAll(async () => {
    bench.sql = await open();
    await migrate(bench.sql);
  });
  afterAll(() => bench.sql.close());
  beforeEach(async () => {
    await bench.sql.query('delete from samples');
    await bench.sql.query('update sample_counts set samples = 0');
    bench.folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
    bench.files = createSampleFiles(bench.folder);
    return () => rmSync(bench.folder, { recursive: true, force: true });
  });
  return bench;
}
