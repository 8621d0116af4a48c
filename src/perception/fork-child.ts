import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';

/** How much of a process's last words is kept for the log, in characters. */
const STDERR_KEPT = 2_000;

/** What a perception process may know of the server's environment: where things are, never a secret. */
const HANDED_DOWN = ['PATH', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'TMPDIR', 'TZ', 'SystemRoot'];

/** One thread for each native library: parallelism comes from processes. */
const SINGLE_THREADED = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  VIPS_CONCURRENCY: '1',
  // glibc's arena for each thread keeps decoded pictures' memory long after they are gone.
  MALLOC_ARENA_MAX: '2',
};

/**
 * A step below the server's own priority (nice +5): sockets and `/health` are answered at once while every core
 * analyses. With nothing else to do, perception gets the cores all the same.
 */
const NICENESS = 5;

/** A running process that speaks `protocol.ts`. */
export interface ForkedChild {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The end of what it wrote to stderr. */
  lastWords(): string;
}

/**
 * Forks a perception process: without the parent's flags, secrets or standard output.
 *
 * @throws Error when the system refuses a new process
 */
export function forkChild(
  entry: URL,
  environment: Readonly<Record<string, string | undefined>>,
): ForkedChild {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env: childEnvironment(environment),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // A message to a process that has just died; its end is reported by `close`.
  child.on('error', () => undefined);
  if (child.pid === undefined) throw new Error('The system refused to start a perception process.');
  yieldToServer(child.pid);
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-STDERR_KEPT);
  });
  return { process: child, pid: child.pid, lastWords: () => words.trim() };
}

/** Where the system has no priorities, or forbids this one, perception works on as it is. */
function yieldToServer(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {}
}

/** The environment of a perception process. */
function childEnvironment(environment: Readonly<Record<string, string | undefined>>) {
  const handedDown = HANDED_DOWN.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(handedDown), ...SINGLE_THREADED };
}
