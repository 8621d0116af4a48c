import { BonafideError } from '../errors.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { EngineOptions, PerceptionDescription } from './engine.ts';
import { type ForkedChild, forkChild } from './fork-child.ts';
import type { Failure, FromProcess, Task, TaskFacts, ToProcess } from './protocol.ts';

/** A process that has not loaded its models by then never will. */
const START_LIMIT_MS = 60_000;
/**
 * How long a process may take to give a job up: twice its longest stage, about a second for a search at
 * every scale on a busy core. Too short costs a healthy process, too long keeps a slot from its work.
 */
const STOP_LIMIT_MS = 2_000;
/** How long a process may take to leave after it was asked to. */
const LEAVE_LIMIT_MS = 2_000;
/** A process that lived this long was worth starting, even if it never finished a job. */
const WORTHWHILE_AFTER_MS = 5_000;

/** What the log learns of the processes. */
export type ChildEvent =
  | { readonly type: 'started'; readonly pid: number }
  | { readonly type: 'ready'; readonly pid: number; readonly milliseconds: number }
  | { readonly type: 'start_failed'; readonly message: string }
  /** A job met an error outside the catalogue: `message` is for the log, never for a client. */
  | { readonly type: 'job_failed'; readonly pid: number; readonly message: string }
  /** It did not start, stop or leave in time. */
  | { readonly type: 'killed'; readonly pid: number; readonly reason: KillReason }
  /** Its resident memory (`rss`, bytes) passed the bound: it is being replaced. */
  | { readonly type: 'oversized'; readonly pid: number; readonly rss: number }
  /** It is gone; `stderr` is the end of what it wrote there. */
  | {
      readonly type: 'exited';
      readonly pid: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly stderr: string;
    };

type KillReason = 'start' | 'stop' | 'leave';

export interface ChildOptions {
  /** The built `process.js`. */
  readonly entry: URL;
  readonly engine: EngineOptions;
  /** The server's environment, of which a few harmless names are handed down. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Resident memory after a job, in bytes, past which the process asks to be replaced. */
  readonly recycleAboveBytes: number;
  readonly onEvent: (event: ChildEvent) => void;
  /** Called whenever the process becomes free to take a job. */
  readonly onIdle: () => void;
}

/** How a process ended: `worn` after it was of use, `useless` when starting it was in vain. */
export type Ending = 'worn' | 'useless';

/** A job in the hands of a process. */
export interface Run {
  /**
   * Settles when the process is free again or gone.
   *
   * @throws BonafideError whatever the engine threw, or `perception_lost`
   */
  readonly facts: Promise<TaskFacts>;
  /** Makes the process give the job up, by force when it has not within two seconds. */
  stop(): void;
}

export type ChildState = 'starting' | 'idle' | 'busy' | 'leaving' | 'ended';

/** One perception process from its start to its end: starting → idle ⇄ busy → leaving → ended. */
export interface Child {
  /** Resolves when the models are loaded; rejects with the sentence the start failed with. */
  readonly ready: Promise<PerceptionDescription>;
  /** Resolves when the process has grown too large and should be replaced. */
  readonly oversized: Promise<'oversized'>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>;
  state(): ChildState;
  /** Works on one task; only while idle. */
  run(task: Task): Run;
  /** Ends the process after the job it has. */
  retire(): void;
  /** Ends the process now, by force when it has not left within two seconds. */
  end(): Promise<void>;
}

/** Starts a perception process. When the system refuses one, the child has ended before it began. */
export function startChild(options: ChildOptions): Child {
  try {
    return attend(forkChild(options.entry, options.environment), options);
  } catch (error) {
    options.onEvent({ type: 'start_failed', message: (error as Error).message });
    return stillborn(error as Error);
  }
}

function attend({ process: child, pid, lastWords }: ForkedChild, options: ChildOptions): Child {
  const { onEvent } = options;
  const startedAt = performance.now();
  const ready = deferred<PerceptionDescription>();
  const oversized = deferred<'oversized'>();
  const ended = deferred<Ending>();
  const startLimit = setTimeout(kill, START_LIMIT_MS, 'start');
  let stopLimit: NodeJS.Timeout | undefined;
  let state: ChildState = 'starting';
  let job: Deferred<TaskFacts> | undefined;
  let jobsDone = 0;
  let wasReady = false;
  let retiring = false;

  const send = (message: ToProcess) => child.send(message);

  function kill(reason: KillReason): void {
    onEvent({ type: 'killed', pid, reason });
    child.kill('SIGKILL');
  }

  function onMessage(message: FromProcess): void {
    switch (message.type) {
      case 'ready':
        clearTimeout(startLimit);
        wasReady = true;
        onEvent({ type: 'ready', pid, milliseconds: Math.round(performance.now() - startedAt) });
        becomeIdle();
        ready.resolve(message.description);
        break;
      case 'start_failed':
        failStart(message.message);
        break;
      case 'facts':
        job?.resolve(message.facts);
        finishJob(message.rss);
        break;
      case 'failed':
        job?.reject(errorOf(message.failure));
        if (message.failure.cause) onEvent({ type: 'job_failed', pid, message: message.failure.cause });
        finishJob(message.rss);
        break;
    }
  }

  function failStart(message: string): void {
    if (state === 'starting') onEvent({ type: 'start_failed', message });
    state = 'ended';
    ready.reject(new Error(message));
  }

  function finishJob(rss: number): void {
    clearTimeout(stopLimit);
    stopLimit = undefined;
    job = undefined;
    jobsDone++;
    if (rss > options.recycleAboveBytes && !retiring) {
      onEvent({ type: 'oversized', pid, rss });
      oversized.resolve('oversized');
    }
    becomeIdle();
  }

  function becomeIdle(): void {
    state = 'idle';
    if (retiring) void end();
    else options.onIdle();
  }

  function onClose(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(startLimit);
    clearTimeout(stopLimit);
    const old = wasReady && performance.now() - startedAt > WORTHWHILE_AFTER_MS;
    failStart(`A perception process ended before it was ready (${signal ?? `code ${code}`}). ${lastWords()}`);
    onEvent({ type: 'exited', pid, code, signal, stderr: lastWords() });
    job?.reject(new BonafideError('perception_lost'));
    ended.resolve(jobsDone > 0 || old ? 'worn' : 'useless');
  }

  function stop(): void {
    send({ type: 'stop' });
    stopLimit ??= setTimeout(kill, STOP_LIMIT_MS, 'stop');
  }

  async function end(): Promise<void> {
    retiring = true;
    if (state !== 'ended') state = 'leaving';
    // Asked, not disconnected: Node never emits `close` after a parent's own disconnect().
    send({ type: 'leave' });
    const leaveLimit = setTimeout(kill, LEAVE_LIMIT_MS, 'leave');
    await ended.promise;
    clearTimeout(leaveLimit);
  }

  // Whoever does not await `ready` learns of a failed start from the log.
  ready.promise.catch(() => undefined);
  child.on('message', onMessage);
  child.on('close', onClose);
  onEvent({ type: 'started', pid });
  send({ type: 'start', engine: options.engine });

  return {
    ready: ready.promise,
    oversized: oversized.promise,
    ended: ended.promise,
    state: () => state,
    run(task) {
      const mine = deferred<TaskFacts>();
      state = 'busy';
      job = mine;
      send(task);
      return {
        facts: mine.promise,
        stop: () => {
          if (job === mine) stop();
        },
      };
    },
    retire() {
      retiring = true;
      if (state === 'idle') void end();
    },
    end,
  };
}

/** A process that the system would not start. */
function stillborn(error: Error): Child {
  const ready = Promise.reject(error);
  ready.catch(() => undefined);
  return {
    ready,
    oversized: new Promise(() => undefined),
    ended: Promise.resolve('useless'),
    state: () => 'ended',
    run: () => ({ facts: Promise.reject(new BonafideError('perception_lost')), stop: () => undefined }),
    retire: () => undefined,
    end: () => Promise.resolve(),
  };
}

function errorOf({ code, detail, cause }: Failure): BonafideError {
  return new BonafideError(code, detail, cause === undefined ? undefined : { cause });
}
