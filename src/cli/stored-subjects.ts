import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openDatabase } from '../stores/database/open-database.ts';
import { readSampleSubjects } from '../stores/samples/sample-subjects.ts';

/**
 * Whose the pictures of a folder are, by paths relative to it, where the folder is the data set of the settings: uploads
 * may name a `user_id`. Nothing is written, and no database is made where there is none.
 *
 * @param warn is told in a sentence why the database was not asked, where there is one
 * @returns undefined where nobody knows
 */
export async function storedSubjects(
  { TRAIN_DIR, DATABASE_URL, DATA_DIR }: Config,
  trainDir: string,
  warn: (text: string) => void,
): Promise<ReadonlyMap<string, string> | undefined> {
  const isDataset = existsSync(trainDir) && existsSync(TRAIN_DIR) && samePlace(trainDir, TRAIN_DIR);
  if (!isDataset || !(DATABASE_URL || existsSync(join(DATA_DIR, 'db')))) return undefined;
  try {
    const sql = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: DATA_DIR, patienceMs: 0 });
    const subjects = await readSampleSubjects(sql).finally(() => sql.close());
    return subjects.size > 0 ? subjects : undefined;
  } catch (error) {
    warn(
      `Whose pictures they are was not read from the database, so people are told by their faces. ${(error as Error).message}`,
    );
    return undefined;
  }
}

const samePlace = (one: string, other: string) => realpathSync(one) === realpathSync(other);
