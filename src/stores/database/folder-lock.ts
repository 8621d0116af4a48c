import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A lock that this process holds. It ends with the process, however that ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Longest path of a Unix socket, in bytes: 103 on macOS, 107 on Linux (`sun_path` of unix(7), less its NUL). */
const longestSocketPath = 103;

/** How long a process that is alive may take to say what it does, in milliseconds; who says nothing holds the lock. */
const answerMs = 1_000;

/** Pause before looking again whether somebody who came at the same moment has left, in milliseconds. */
const retryMs = 50;

/** What a process says to whoever connects to its socket. */
const words = { holding: 'h', contending: 'c' } as const;

/**
 * Takes a lock for one process at a time, on this machine, in containers that share the folder as well.
 *
 * Each process that wants it listens on a socket of its own in the folder, then looks at all others. A socket that
 * nobody listens on any more is what a process left that was killed, and is removed: names never come again, so that
 * hits nobody who is alive. Whoever finds nobody alive has the lock, for whoever comes later finds them. Of those
 * who come at the same moment the one with the smallest name gets it. Process ids would not do: in containers
 * all servers have the same one. On Windows one named pipe serves, which ends with its process.
 *
 * @param folder made if it is missing; it holds nothing else
 * @returns undefined where another process has the lock
 * @throws the error of the system where the folder cannot be made, or cannot hold a socket
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return process.platform === 'win32' ? lockByPipe(folder) : lockBySocket(folder);
}

async function lockBySocket(folder: string): Promise<FolderLock | undefined> {
  chmodSync(folder, 0o700);
  const name = randomBytes(8).toString('hex');
  const state = { word: words.contending as string };
  const shortened = shorten(folder, name);
  try {
    const server = await listen(join(shortened.folder, name), state);
    const release = async () => {
      await close(server);
      rmSync(join(folder, name), { force: true });
    };
    for (;;) {
      const others = await lookAtOthers(folder, shortened.folder, name);
      if (others.some((other) => other.isHolding || other.name < name)) {
        await release();
        return undefined;
      }
      if (others.length === 0) break;
      await pause(retryMs);
    }
    state.word = words.holding;
    return { release };
  } finally {
    shortened.remove();
  }
}

/** Everybody else who is alive; what the dead left is removed. */
async function lookAtOthers(folder: string, shortFolder: string, ownName: string) {
  const others = [];
  for (const name of readdirSync(folder)) {
    if (name === ownName) continue;
    const word = await ask(join(shortFolder, name));
    if (word === undefined) rmSync(join(folder, name), { force: true });
    else others.push({ name, isHolding: word !== words.contending });
  }
  return others;
}

/** What the process at a socket says; '' where it says nothing in time; undefined where there is no process. */
async function ask(path: string): Promise<string | undefined> {
  const socket = createConnection(path);
  socket.setTimeout(answerMs, () => socket.destroy());
  let connected = false;
  socket.once('connect', () => {
    connected = true;
  });
  let word = '';
  socket.on('data', (data) => {
    word += data;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let code: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  await closed;
  // Nobody listens; it has gone meanwhile; it is no socket at all.
  const isDead = !connected && ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code ?? '');
  return isDead ? undefined : word;
}

async function lockByPipe(folder: string): Promise<FolderLock | undefined> {
  const name = createHash('sha256').update(realpathSync(folder).toLowerCase()).digest('hex');
  try {
    const server = await listen(`\\\\.\\pipe\\bonafide-${name}`, { word: words.holding });
    return { release: () => close(server) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** Listens at a path, without keeping the process alive, and says the word of the moment to whoever connects. */
async function listen(path: string, state: { readonly word: string }): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(state.word);
  });
  server.listen(path);
  await once(server, 'listening');
  return server.unref();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The folder by a path that leaves room for a name within the limit: through a link in the folder for temporary files. */
function shorten(folder: string, name: string): { readonly folder: string; remove(): void } {
  if (Buffer.byteLength(join(folder, name)) <= longestSocketPath) return { folder, remove: () => {} };
  const home = mkdtempSync(join(tmpdir(), 'bonafide-'));
  const link = join(home, 'l');
  symlinkSync(realpathSync(folder), link);
  return { folder: link, remove: () => rmSync(home, { recursive: true, force: true }) };
}
