import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { locateModel, modelPath } from './files.ts';
import type { StrongModel } from './registry.ts';

/** How far one model is. */
export interface PullProgress {
  readonly entry: StrongModel;
  /** `present`: a good file was there already and was left alone. */
  readonly state: 'present' | 'transferring' | 'done';
  /** Bytes of `entry.bytes` that have arrived, an earlier part included. */
  readonly received: number;
}

export interface PullOptions {
  readonly entries: readonly StrongModel[];
  /** Where the files go; made where it is missing. */
  readonly modelsDir: string;
  /** A folder, or an http(s) address before `/<file>`; without it each model's own address. */
  readonly from?: string | undefined;
  readonly onProgress?: (progress: PullProgress) => void;
  /** Ends the pull; its reason (an Error) is told. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which a transfer is given up; 15,000 by default. */
  readonly stallTimeout?: number;
}

/**
 * Fetches models one after the other, each checked by size and hash while it streams, and put in
 * place by an atomic rename only when it is right. An interrupted transfer leaves `<file>.part`,
 * which the next pull resumes; a killed one leaves its part under another name, which a pull more than an
 * hour later removes. A file already in order is left alone.
 *
 * @throws Error with one sentence: which model, from where, and why it could not be pulled
 */
export async function pullModels(options: PullOptions): Promise<void> {
  for (const entry of options.entries) {
    const origin = originOf(entry, options.from);
    try {
      await pullModel(entry, origin, options);
    } catch (error) {
      throw new Error(`The model ${entry.name} could not be pulled from ${origin}: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  }
}

/** A transfer in progress writes at least every `stallTimeout`: an hour, in milliseconds, is long dead. */
const orphanedAfter = 3_600_000;

/** How the name of a claimed part ends: a dot, a UUID, `.part`. */
const claimed = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/** What one transfer brought. */
interface Transfer {
  /** Bytes of an earlier part it started after. */
  readonly offset: number;
  readonly received: number;
  readonly sha256: string;
}

async function pullModel(entry: StrongModel, origin: string, options: PullOptions): Promise<void> {
  const { modelsDir, onProgress } = options;
  const file = await locateModel(entry, modelsDir);
  if (file.status === 'present') return onProgress?.({ entry, state: 'present', received: entry.bytes });

  await mkdir(modelsDir, { recursive: true });
  // Asked before any server is: where nothing can be kept, nobody should wait for a network.
  await access(modelsDir, constants.W_OK);
  const target = modelPath(entry, modelsDir);
  const part = await claimPart(target);
  try {
    let transfer = await download(entry, origin, part.path, options);
    // A part that belongs to another file must not stand in the way of the right one for ever.
    if (transfer.offset > 0 && mismatch(entry, transfer)) {
      await rm(part.path);
      transfer = await download(entry, origin, part.path, options);
    }
    const problem = mismatch(entry, transfer);
    if (problem) {
      await rm(part.path);
      throw new Error(problem);
    }
    await rename(part.path, target);
  } finally {
    await part.release();
  }
  onProgress?.({ entry, state: 'done', received: entry.bytes });
}

/**
 * Takes `<file>.part` under a name of its own, so that two pulls at once never write to one file: a
 * rename has one winner, and the other starts afresh. Releasing gives what is left its name back.
 */
async function claimPart(target: string) {
  await removeOrphans(target);
  const [shared, path] = [`${target}.part`, `${target}.${randomUUID()}.part`];
  // Fresh before it is claimed: an old part in use must not look like an orphan.
  await utimes(shared, new Date(), new Date()).catch(ignoreMissing);
  await rename(shared, path).catch(ignoreMissing);
  // After a success nothing is left to release; after a failure the first error is the one to tell.
  const release = () => rename(path, shared).catch(() => {});
  return { path, release };
}

/** Removes the parts that pulls which were killed had claimed. */
async function removeOrphans(target: string): Promise<void> {
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !claimed.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(ignoreMissing);
    if (found && Date.now() - found.mtimeMs > orphanedAfter) await rm(path, { force: true });
  }
}

async function download(
  entry: StrongModel,
  origin: string,
  part: string,
  { onProgress, signal, stallTimeout = 15_000 }: PullOptions,
): Promise<Transfer> {
  const watchdog = createWatchdog(stallTimeout, signal);
  try {
    const kept = (await readFile(part).catch(ignoreMissing)) ?? Buffer.alloc(0);
    const source = await openSource(origin, kept.length < entry.bytes ? kept.length : 0, watchdog.signal);
    const arrived = (received: number) => {
      watchdog.refresh();
      onProgress?.({ entry, state: 'transferring', received });
    };
    return await save(source, kept, part, entry.bytes, arrived);
  } finally {
    watchdog.stop();
  }
}

/** Writes a source behind what is kept of the part, or over it; stops once it is longer than `limit`. */
async function save(
  { offset, chunks }: Source,
  kept: Buffer,
  part: string,
  limit: number,
  arrived: (received: number) => void,
): Promise<Transfer> {
  const hash = createHash('sha256').update(kept.subarray(0, offset));
  let received = offset;
  const file = await open(part, offset > 0 ? 'a' : 'w');
  try {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > limit) break;
      hash.update(chunk);
      await file.writeFile(chunk);
      arrived(received);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { offset, received, sha256: hash.digest('hex') };
}

/** Why what arrived is not the model, or `undefined` when it is. */
function mismatch({ bytes, sha256 }: StrongModel, transfer: Transfer): string | undefined {
  if (transfer.received > bytes) return `it is longer than the ${bytes} bytes the registry names`;
  if (transfer.received < bytes) return `it ends after ${transfer.received} of ${bytes} bytes`;
  if (transfer.sha256 !== sha256)
    return `its hash is wrong (expected SHA-256 ${sha256}, got ${transfer.sha256})`;
  return undefined;
}

/** Bytes of a model from `offset` on, which may be 0 although more was asked for. */
interface Source {
  readonly offset: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const isUrl = (origin: string): boolean => /^https?:\/\//i.test(origin);

function originOf(entry: StrongModel, from: string | undefined): string {
  if (from === undefined) return entry.url;
  return isUrl(from) ? `${from.replace(/\/+$/, '')}/${entry.file}` : join(from, entry.file);
}

async function openSource(origin: string, offset: number, signal: AbortSignal): Promise<Source> {
  if (isUrl(origin)) return openUrl(origin, offset, signal);
  await access(origin);
  return { offset, chunks: readChunks(origin, offset, signal) };
}

/** Opens the file when the first chunk is asked for, so that nobody has to close it otherwise. */
async function* readChunks(path: string, start: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { start, signal });
}

async function openUrl(url: string, offset: number, signal: AbortSignal): Promise<Source> {
  const range = offset > 0 ? { range: `bytes=${offset}-` } : {};
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity', ...range }, signal });
  const resumed =
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${offset}-`);
  // The server cannot continue where we stopped: its file is shorter, or it sends another range.
  if (offset > 0 && !resumed && [206, 416].includes(response.status)) return openUrl(url, 0, signal);
  if (response.status === 404) throw new Error('there is no such file on the server (404)');
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  return { offset: resumed ? offset : 0, chunks: response.body };
}

/** A signal that aborts with `outer`, and when `refresh` was not called for `timeout` milliseconds. */
function createWatchdog(timeout: number, outer: AbortSignal | undefined) {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error(`no bytes came for ${timeout / 1000} s`));
  const timer = setTimeout(giveUp, timeout);
  return {
    signal: outer ? AbortSignal.any([stalled.signal, outer]) : stalled.signal,
    refresh: () => timer.refresh(),
    /** Also lets go of a connection whose body nobody reads to its end. */
    stop() {
      clearTimeout(timer);
      stalled.abort();
    },
  };
}

/** Where a proxy looks into TLS, its authority has to be named to Node. */
const notTrusted = 'its certificate is not trusted here; NODE_EXTRA_CA_CERTS names authorities to trust';

/** Words for the system's error codes that an operator is likely to meet. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  ENETUNREACH: 'there is no network that leads there',
  ENETDOWN: 'there is no network that leads there',
  EHOSTUNREACH: 'the host cannot be reached',
  ETIMEDOUT: 'the server does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  ECONNRESET: 'the connection was cut; pull again to resume',
  UND_ERR_SOCKET: 'the connection was cut; pull again to resume',
  SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EEXIST: 'a file stands where the folder belongs',
  ENOTDIR: 'a file stands where a folder belongs',
};

/** `fetch` and streams wrap what happened: the innermost cause says it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  // Where all of a host's addresses failed, an AggregateError without a message holds the code of the first.
  const reason = reasons[code] ?? (message.replace(/\.$/, '') || code || error.name);
  return path ? `${reason} (${path})` : reason;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
