import { setTimeout as pause } from 'node:timers/promises';
import type { ClipFacts, FrameFacts, ModelIdentity } from '../decisions/facts.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import { backOffMs } from './back-off.ts';
import { type Child, type ChildEvent, type ChildState, type Run, startChild } from './child.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { EngineOptions, Perception, PerceptionDescription } from './engine.ts';
import type { Task, TaskFacts } from './protocol.ts';

/**
 * Resident memory after a job, in bytes, past which a process is replaced: one and a half times the
 * 350 MB that a process is meant to stay under, so that only a leak or a fragmented heap gets there.
 */
const RECYCLE_ABOVE_BYTES = 525_000_000;

/**
 * Clips that may wait for each process that takes them. Thirty seconds of video take about ten: who came behind
 * more would wait in vain for the deadline, and hears at once that the server is busy instead.
 */
const WAITING_CLIPS = 4;

/** What the log learns of the pool. */
export type PoolEvent =
  | ChildEvent
  /** A process is started in place of another, after a pause in milliseconds. */
  | { readonly type: 'restarting'; readonly afterMs: number }
  /** A new process loaded other models than the first: files changed while the server ran. */
  | { readonly type: 'models_changed'; readonly models: readonly ModelIdentity[] };

export interface PoolOptions {
  readonly engine: EngineOptions;
  /** How many perception processes to keep, 1 or more. */
  readonly processes: number;
  /** Jobs that may wait for a process, 0 or more; past it they are refused with `busy`. */
  readonly queueLimit: number;
  /** Longest time from a job's arrival to its answer, queue included, in milliseconds. */
  readonly deadlineMs: number;
  /** The same of a clip. */
  readonly clipDeadlineMs: number;
  /** The built `process.js`. */
  readonly entry: URL;
  readonly onEvent: (event: PoolEvent) => void;
  /**
   * The server's environment, of which the processes get a few harmless names (`PATH`, `TZ`, where CUDA
   * is) and never its secrets; default: none.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Resident memory after a job, in bytes, past which a process is replaced; default 525 MB. */
  readonly recycleAboveBytes?: number;
}

interface Job extends Deferred<TaskFacts> {
  readonly task: Task;
  /** Its work; `undefined` while it waits. */
  run?: Run;
}

/**
 * Starts a pool of perception processes with one queue, first come, first served. A process that dies
 * takes its own job with it (`perception_lost`) and nothing else; another one takes its place.
 *
 * @returns when all processes are ready
 * @throws Error the sentence that the start of a process failed with
 */
export async function createPool(options: PoolOptions): Promise<Perception> {
  const { queueLimit, onEvent } = options;
  const children = new Set<Child>();
  const queue: Job[] = [];
  /** The clips that are worked on. */
  const clips = new Set<Job>();
  /** For each job that has no answer yet, what answers it with an error. */
  const unanswered = new Set<(code: ErrorCode) => void>();
  const closing = new AbortController();
  /** What the process that started last says. */
  let description: PerceptionDescription | undefined;

  const inState = (state: ChildState) => [...children].filter((child) => child.state() === state);
  const full = () => queue.length >= queueLimit && inState('idle').length === 0;
  /** A clip takes seconds: one process is left to the pictures. */
  const clipSlots = Math.max(1, options.processes - 1);
  const clipMayRun = () => clips.size < clipSlots;
  const clipMayWait = () => queue.filter(isClip).length < Math.min(queueLimit, WAITING_CLIPS * clipSlots);

  function launch(): Child {
    const child = startChild({
      entry: options.entry,
      engine: options.engine,
      environment: options.environment ?? {},
      recycleAboveBytes: options.recycleAboveBytes ?? RECYCLE_ABOVE_BYTES,
      onEvent,
      onIdle: dispatch,
    });
    children.add(child);
    void child.ended.then(() => children.delete(child));
    child.ready.then(noteModels, () => undefined);
    return child;
  }

  /** Verdicts should not depend on the process that took the job: the operator is told when they do. */
  function noteModels(loaded: PerceptionDescription): void {
    const changed = description && JSON.stringify(loaded.models) !== JSON.stringify(description.models);
    if (changed) onEvent({ type: 'models_changed', models: loaded.models });
    description = loaded;
  }

  /** One slot of the pool: from `first` on, a process is alive or about to start, until the pool closes. */
  async function keepAlive(first: Child): Promise<void> {
    let child = first;
    let failures = 0;
    while (true) {
      const why = await Promise.race([child.ended, child.oversized]);
      if (why === 'useless') failures++;
      if (why === 'worn') failures = 0;
      const afterMs = backOffMs(failures);
      await pause(afterMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      onEvent({ type: 'restarting', afterMs });
      const successor = launch();
      // A process that has merely grown too large serves on until its successor is ready.
      if (why === 'oversized' && !(await isReady(successor))) {
        failures++;
        continue;
      }
      child.retire();
      child = successor;
    }
  }

  function dispatch(): void {
    for (const child of inState('idle')) {
      const job = nextJob();
      if (!job) return;
      job.run = child.run(job.task);
      if (isClip(job)) clips.add(job);
      job.run.facts.then(job.resolve, job.reject).finally(() => {
        if (clips.delete(job)) dispatch();
      });
    }
  }

  /** First come, first served, but that a clip waits for its slot. */
  function nextJob(): Job | undefined {
    const place = clipMayRun() ? 0 : queue.findIndex((job) => !isClip(job));
    return place < 0 ? undefined : queue.splice(place, 1)[0];
  }

  async function submit(task: Task, signal?: AbortSignal): Promise<TaskFacts> {
    if (closing.signal.aborted) throw new BonafideError('shutting_down');
    if (signal?.aborted) throw new BonafideError('cancelled');
    const job: Job = { task, ...deferred<TaskFacts>() };
    const mustWait = isClip(job) && !clipMayRun();
    if (full() || (mustWait && !clipMayWait())) throw new BonafideError('busy');
    const giveUp = (code: ErrorCode) => {
      job.reject(new BonafideError(code));
      job.run?.stop();
      const place = queue.indexOf(job);
      if (place >= 0) queue.splice(place, 1);
    };
    const onAbort = () => giveUp('cancelled');
    const limit = isClip(job) ? options.clipDeadlineMs : options.deadlineMs;
    const deadline = setTimeout(giveUp, limit, 'deadline_exceeded');
    signal?.addEventListener('abort', onAbort);
    unanswered.add(giveUp);
    queue.push(job);
    dispatch();
    try {
      return await job.promise;
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      unanswered.delete(giveUp);
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const giveUp of unanswered) giveUp('shutting_down');
    await Promise.all([...children].map((child) => child.end()));
    await Promise.all(slots);
  }

  const first = Array.from({ length: options.processes }, launch);
  const slots = first.map((child) => keepAlive(child));
  await Promise.all(first.map((child) => child.ready)).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    analyseImage: (bytes, request, signal) =>
      submit({ type: 'analyse_image', bytes, request }, signal) as Promise<FrameFacts>,
    analyseClip: (bytes, request, signal) =>
      submit({ type: 'analyse_clip', bytes, request }, signal) as Promise<ClipFacts>,
    describe: () => description!,
    load: () => {
      const running = inState('busy').length;
      const processes = running + inState('idle').length;
      return { queued: queue.length, running, processes, full: full() };
    },
    close,
  };
}

function isClip({ task }: Job): boolean {
  return task.type === 'analyse_clip';
}

function isReady(child: Child): Promise<boolean> {
  return child.ready.then(
    () => true,
    () => false,
  );
}
