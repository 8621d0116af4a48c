import { constants } from 'node:fs';
import { access, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BonafideError } from '../../errors.ts';
import { syncFolder, writeNewFile } from '../write-durably.ts';

/** The files of the data set, by paths relative to its folder: `live/raw/<id>.jpg` for instance. */
export interface SampleFiles {
  /**
   * Writes the files of one sample: under other names first, and to the disk, so that a file that bears its name
   * is whole whenever the machine stops.
   *
   * @throws SampleFolderError where the folder cannot be written to, or leads elsewhere by a symbolic link
   */
  write(files: readonly SampleFile[]): Promise<void>;
  /**
   * A whole file; undefined where it is missing. A symbolic link is not followed.
   *
   * @throws SampleFolderError where it cannot be read
   */
  read(path: string): Promise<Buffer | undefined>;
  /**
   * Whether each of these files is there.
   *
   * @throws SampleFolderError where that cannot be seen
   */
  areThere(paths: readonly string[]): Promise<boolean>;
  /**
   * Removes these files for good, and what an interrupted {@link write} of them has left; missing ones are fine.
   *
   * @throws SampleFolderError where some cannot be removed; the others are
   */
  remove(paths: readonly string[]): Promise<void>;
  /** The path as clients are told it. */
  absolute(path: string): string;
}

export interface SampleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Codes of Node at which the data set's folder cannot be used, while nothing is wrong with a request. */
const folderFailures: ReadonlySet<string> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'],
  ...['ENOENT', 'ENOTDIR', 'ELOOP', 'EEXIST'],
]);

/** The data set's folder is full, read-only, missing or another thing than a folder: `store_unavailable`. */
export class SampleFolderError extends BonafideError {
  /** No file of the sample has come to be. */
  readonly isUntouched: boolean;

  constructor(root: string, what: string, isUntouched: boolean) {
    super('store_unavailable', 'The folder of the data set cannot be used at this moment.', {
      cause: what,
      notice: `the data set’s folder TRAIN_DIR (${root}) cannot be used: ${what}`,
    });
    this.name = 'SampleFolderError';
    this.isUntouched = isUntouched;
  }
}

/**
 * Settles each row, also those after one whose files cannot be reached: the others' may be elsewhere in the folder.
 * Returns the first such error, if any.
 *
 * @throws any other error, at once
 */
export async function settleEach<R>(
  rows: readonly R[],
  settle: (row: R) => Promise<unknown>,
): Promise<SampleFolderError | undefined> {
  let failure: SampleFolderError | undefined;
  for (const row of rows)
    await settle(row).catch((error: unknown) => {
      if (!(error instanceof SampleFolderError)) throw error;
      failure ??= error;
    });
  return failure;
}

/** Where files are written before they get their names: in the same file system, or they could not be renamed. */
const incoming = '.incoming';

/** Nothing else is ever written or removed, whatever a database says. */
const samplePath = /^(live|spoof)\/(raw|faces)\/([0-9a-f]{32}\.[a-z]{3,4})$/;

/**
 * The layout of seed 004: `live|spoof/raw|faces`. Faces are biometric data: files are for their owner alone (mode
 * 0600), and so are folders (0700). Folders are made when something is written for the first time.
 *
 * @param trainDir the data set's folder; it may itself be a symbolic link, what is in it may not
 */
export function createSampleFiles(trainDir: string): SampleFiles {
  const root = resolve(trainDir);
  const absolute = (path: string) => {
    if (!samplePath.test(path)) throw new Error('This is not the path of a sample.');
    return join(root, path);
  };
  /** Names differ between the two files of a sample, and between samples. */
  const temporary = (path: string) => {
    const [, , kind, name] = samplePath.exec(path) ?? [];
    if (kind === undefined) throw new Error('This is not the path of a sample.');
    return join(root, incoming, `${kind}-${name}`);
  };
  const unusable = (error: unknown, isUntouched: boolean) => toFolderError(root, error, isUntouched);
  return {
    async write(files) {
      let isUntouched = true;
      try {
        await makeFolder(root, { mayBeLink: true });
        await makeFolder(join(root, incoming));
        for (const { path } of files) {
          await makeFolder(dirname(dirname(absolute(path))));
          await makeFolder(dirname(absolute(path)));
        }
        for (const { path, bytes } of files) {
          await writeNewFile(temporary(path), bytes).catch((error: NodeJS.ErrnoException) => {
            // Where it cannot be opened there is none.
            isUntouched &&= error.syscall === 'open';
            throw error;
          });
          isUntouched = false;
        }
        for (const { path } of files) await rename(temporary(path), absolute(path));
        await syncFolders(files.map(({ path }) => absolute(path)));
      } catch (error) {
        throw unusable(error, isUntouched);
      }
    },
    async read(path) {
      try {
        await refuseLinks(root, path);
        const file = await open(absolute(path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
        try {
          return await file.readFile();
        } finally {
          await file.close();
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unusable(error, true);
      }
    },
    async areThere(paths) {
      for (const path of paths) {
        const found = await lstat(absolute(path))
          .catch(ifMissing)
          .catch((error: unknown) => Promise.reject(unusable(error, true)));
        if (!found?.isFile()) return false;
      }
      return true;
    },
    async remove(paths) {
      const failures: unknown[] = [];
      for (const path of paths) {
        try {
          // Neither follows a link at the file's own name; a folder that is one would be.
          await refuseLinks(root, path);
          await rm(absolute(path), { force: true });
          await rm(temporary(path), { force: true });
        } catch (error) {
          failures.push(error);
        }
      }
      await syncFolders(paths.map(absolute)).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw unusable(failures[0], false);
    },
    absolute,
  };
}

/** An error of the folder as what it is; any other as it came. */
function toFolderError(root: string, error: unknown, isUntouched: boolean): unknown {
  if (error instanceof LinkError) return new SampleFolderError(root, error.message, isUntouched);
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return folderFailures.has(code) ? new SampleFolderError(root, `${code} (${syscall})`, isUntouched) : error;
}

/** Something in the data set's folder is no folder, as it should be. */
class LinkError extends Error {
  constructor(folder: string) {
    super(`${folder} is not a folder. Symbolic links are not followed within TRAIN_DIR.`);
  }
}

async function makeFolder(folder: string, { mayBeLink = false } = {}): Promise<void> {
  const found = await lstat(folder).catch(ifMissing);
  if (found === undefined) {
    // What is in it has its parent by now, and Node says of a recursive one on a read-only disk that it is missing.
    await mkdir(folder, { recursive: mayBeLink, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(folder));
  } else if (!found.isDirectory() && !(mayBeLink && found.isSymbolicLink())) {
    throw new LinkError(folder);
  }
}

async function refuseLinks(root: string, path: string): Promise<void> {
  for (const folder of [incoming, dirname(dirname(path)), dirname(path)]) {
    const found = await lstat(join(root, folder)).catch(ifMissing);
    if (found && !found.isDirectory()) throw new LinkError(join(root, folder));
  }
}

async function syncFolders(files: readonly string[]): Promise<void> {
  for (const folder of new Set(files.map((file) => dirname(file))))
    if (await isThere(folder)) await syncFolder(folder);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
