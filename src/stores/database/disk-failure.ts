/** What is wrong where a disk, and no database, is in the way, and what helps, by codes of Node. */
const failures: Readonly<Record<string, readonly [what: string, help: string]>> = {
  ENOSPC: ['there is no space left on its disk', 'make room, then start again'],
  EDQUOT: ['there is no space left for this user on its disk', 'make room, then start again'],
  EROFS: ['its disk is read-only', 'let DATA_DIR be a folder that can be written to'],
  EACCES: ['this user may not write there', 'let DATA_DIR be a folder that this user may write to'],
  EPERM: ['this user may not write there', 'let DATA_DIR be a folder that this user may write to'],
  EIO: ['its disk does not work', 'see to the disk, then start again'],
};

/** Whether an error of Node is of a disk that is full, broken or closed to this user. */
export function isDiskFailure(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && Object.hasOwn(failures, String(error.code));
}

/** The end of a sentence that says what could not be done: why, and what helps. */
export function describeDiskFailure({ code }: NodeJS.ErrnoException): string {
  const [what, help] = failures[code ?? ''] ?? ['its files cannot be written', failures.EIO![1]];
  return `${what} (${code}): ${help}.`;
}
