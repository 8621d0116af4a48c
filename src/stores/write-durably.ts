import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

// How files of ours reach the disk: keys of templates, exported templates, pictures of the data set, classifiers. Each
// has its name only when it is whole, and is on the disk when the call returns.

/** How {@link replaceFile} puts a file in its place. */
export interface ReplaceOptions {
  /** Access rights of the file, which the umask may narrow; default: its owner's alone. */
  readonly mode?: number;
  /** Leaves what bears the name already as it is; of two processes that write at once one succeeds. */
  readonly onlyIfMissing?: boolean;
}

/**
 * Writes a file beside its place, to the disk, and puts it there in one step: whoever opens it finds the old one or the
 * new one, never half of it, whenever the machine stops. A symbolic link at its name is replaced, not followed.
 *
 * It blocks this process for as long as the disk takes, which is meant for the start and for commands; requests write by
 * {@link writeNewFile}.
 *
 * @returns whether it was put there: false with `onlyIfMissing` where there is one already
 * @throws the error of the system
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, onlyIfMissing = false }: ReplaceOptions = {},
): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (!place(temporary, path, onlyIfMissing)) return false;
    if (process.platform !== 'win32') syncFolderNow(dirname(path));
    return true;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Writes a file, to the disk, for its owner alone. What was at its name is overwritten, but a symbolic link is refused.
 * It is for a name that nobody reads yet: rename it then, and {@link syncFolder}.
 *
 * @throws the error of the system
 */
export async function writeNewFile(path: string, content: Uint8Array): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | (O_NOFOLLOW ?? 0), 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Brings the names in a folder to the disk. Windows synchronises no folders, and needs not to. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function place(temporary: string, path: string, onlyIfMissing: boolean): boolean {
  if (!onlyIfMissing) {
    renameSync(temporary, path);
    return true;
  }
  // Unlike a renamed file, a link never takes the place of what another process has made meanwhile.
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function syncFolderNow(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
