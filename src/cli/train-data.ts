import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { BonafideError } from '../errors.ts';
import type { TrainingPicture } from '../services/train-classifier.ts';
import { UsageError } from './usage.ts';

/** Where the pictures are, and whose they are. */
export interface TrainingData {
  readonly trainDir: string;
  /** Whose pictures they are, as far as that is known: a CSV of `path,subject`, or names by relative paths. */
  readonly subjects: string | ReadonlyMap<string, string> | undefined;
  /** Largest picture, in bytes. */
  readonly maxBytes: number;
}

/**
 * Lists the pictures of a data set: every file under `live/raw` and `spoof/raw`, in the order of their names.
 *
 * @throws UsageError where there is no such folder, or the list of subjects is none
 */
export async function listPictures({
  trainDir,
  subjects,
  maxBytes,
}: TrainingData): Promise<readonly TrainingPicture[]> {
  const subjectOf = typeof subjects === 'string' ? await readSubjects(subjects, trainDir) : subjects;
  const pictures: TrainingPicture[] = [];
  for (const label of ['live', 'spoof']) {
    for (const path of await filesIn(join(trainDir, label, 'raw'))) {
      pictures.push({
        live: label === 'live',
        subject: subjectOf?.get(relative(trainDir, path)),
        read: () => readWithin(path, maxBytes),
      });
    }
  }
  return pictures;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new UsageError(`${folder} is no folder: --train-dir needs live/raw and spoof/raw.`);
    throw error;
  });
  // What begins with a dot was not put there to be learnt from.
  const names = entries.filter((name) => !name.split(sep).some((part) => part.startsWith('.'))).sort();
  const files: string[] = [];
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) files.push(join(folder, name));
  }
  return files;
}

async function readWithin(path: string, maxBytes: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > maxBytes) throw new BonafideError('payload_too_large');
  return readFile(path);
}

/** Subjects by paths relative to the data set; those in the file may be absolute too. */
async function readSubjects(file: string, trainDir: string): Promise<Map<string, string>> {
  const subjects = new Map<string, string>();
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '' || (number === 1 && /^"?path"?,/i.test(line))) continue;
    const [, path, subject] =
      /^\s*(?:"([^"]+)"|([^",]+)),\s*(?:"([^"]+)"|([^",]+))\s*$/
        .exec(line)
        ?.filter((part) => part !== undefined) ?? [];
    if (path === undefined || subject === undefined)
      throw new UsageError(`${file}, line ${number}: write path,subject.`);
    subjects.set(relative(trainDir, resolve(trainDir, path)), subject.trim());
  }
  return subjects;
}
