import { closeSync, fstatSync, fsyncSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { isDiskFailure } from './disk-failure.ts';

/** Files that are synchronised at the same time: as many as Node has threads for that (UV_THREADPOOL_SIZE). */
const parallelSyncs = 4;

/** How exact times of change are taken to be, in milliseconds: coarser clocks of kernels tick every 10. */
const clockMargin = 1_000;

/** The part of Emscripten's file system that is changed here. */
interface FileSystems {
  readonly filesystems: {
    readonly NODEFS: {
      readonly stream_ops: { fsync?(stream: OpenFile): number };
      realPath(node: unknown): string;
      tryFSOperation<T>(operation: () => T): T;
      convertNodeCode(error: NodeJS.ErrnoException): number;
    };
  };
}

interface OpenFile {
  readonly nfd?: number;
  readonly node: unknown;
}

/** What a database on {@link DurableFiles} is started with beside PGlite's own parameters, of which `-F` must not be one. */
export const durableParams: readonly string[] = ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'];

/**
 * The files of an embedded database, in a folder of the real file system. PGlite's own NodeFS has no `fsync`: what
 * PostgreSQL has synchronised is in the hands of the kernel only, which a killed process leaves intact, and a power
 * failure does not (https://github.com/electric-sql/pglite/issues/1107). Here PostgreSQL's `fsync` is the real one, so
 * that its own order (log before data, data before a checkpoint) holds on the disk.
 */
export class DurableFiles extends NodeFS {
  readonly #onAbort: () => void;
  readonly #sync: (descriptor: number) => void;
  readonly #openedAt = Date.now();
  #opening = true;
  #failure: NodeJS.ErrnoException | undefined;

  /**
   * @param onAbort PostgreSQL has given up (a PANIC): it must not be called again
   * @param sync synchronises an open file
   */
  constructor(folder: string, onAbort: () => void, sync: (descriptor: number) => void = fsyncSync) {
    super(folder);
    this.#onAbort = onAbort;
    this.#sync = sync;
  }

  /** The database serves: until here, files that have not changed since {@link syncFolder} were not synchronised again. */
  opened(): void {
    this.#opening = false;
  }

  /** Why files could not be written, the first time that was so: PostgreSQL itself keeps it for itself. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  override async init(...[database, options]: Parameters<NodeFS['init']>) {
    const { emscriptenOpts } = await super.init(database, options);
    const install = (module: { readonly FS: unknown }) => this.#installSync(module.FS as FileSystems);
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        onAbort: this.#onAbort,
        preRun: [...(emscriptenOpts.preRun ?? []), install],
      },
    };
  }

  #installSync({ filesystems }: FileSystems): void {
    const { stream_ops, realPath, tryFSOperation, convertNodeCode } = filesystems.NODEFS;
    // Every error of Node passes here on its way into PostgreSQL.
    filesystems.NODEFS.convertNodeCode = (error) => {
      if (isDiskFailure(error)) this.#failure ??= error;
      return convertNodeCode(error);
    };
    stream_ops.fsync = ({ nfd, node }) => {
      tryFSOperation(() => {
        if (nfd === undefined) syncDirectory(realPath(node));
        else if (!this.#opening || fstatSync(nfd).ctimeMs > this.#openedAt - clockMargin) this.#sync(nfd);
      });
      return 0;
    };
  }
}

/**
 * Synchronises a folder, all that is in it, and its entry in the folder above. PostgreSQL does so itself before it recovers
 * from a crash, one file after the other on the server's one thread; here four at a time go beside it.
 */
export async function syncFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  paths.push(folder);
  const syncSome = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const file = await open(path, 'r');
      await file.sync().finally(() => file.close());
    }
  };
  if (process.platform !== 'win32') await Promise.all(Array.from({ length: parallelSyncs }, syncSome));
  syncDirectory(dirname(folder));
}

/** Windows synchronises no directories, and needs not to. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
