import { BonafideError } from '../errors.ts';
import type { Engine, EngineOptions } from './engine.ts';
import type { Failure, FromProcess, Task, TaskFacts, ToProcess } from './protocol.ts';

/**
 * The life of a perception process, from inside: loads the models when told to, then answers one job
 * at a time until its parent goes away.
 *
 * @param createEngine loads the models; what it throws is the sentence the start fails with
 */
export function serve(createEngine: (options: EngineOptions) => Promise<Engine>): void {
  let engine: Engine | undefined;
  let stopped = false;

  async function answer(message: ToProcess): Promise<FromProcess | undefined> {
    switch (message.type) {
      case 'start':
        engine = await createEngine(message.engine);
        return { type: 'ready', description: engine.describe() };
      case 'analyse_image':
      case 'analyse_clip': {
        if (!engine) throw new Error('A job came before the models were loaded.');
        stopped = false;
        const facts = await work(engine, message, () => stopped);
        return { type: 'facts', facts, rss: process.memoryUsage.rss() };
      }
      case 'stop':
        stopped = true;
        return undefined;
      case 'leave':
        return process.exit();
    }
  }

  process.on('message', (message: ToProcess) => {
    answer(message)
      .catch((error: unknown) => apology(message, error))
      .then((reply) => reply && send(reply));
  });
  // No orphan outlives its parent, not even one that was killed with -9.
  process.on('disconnect', () => process.exit());
  // A Ctrl-C or a service manager signals the whole group; the parent drains first and then hangs up.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
}

function work(engine: Engine, task: Task, shouldStop: () => boolean): Promise<TaskFacts> {
  return task.type === 'analyse_image'
    ? engine.analyseImage(task.bytes, task.request, shouldStop)
    : engine.analyseClip(task.bytes, task.request, shouldStop);
}

function apology(message: ToProcess, error: unknown): FromProcess {
  return message.type === 'start'
    ? { type: 'start_failed', message: messageOf(error) }
    : { type: 'failed', failure: failureOf(error), rss: process.memoryUsage.rss() };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof BonafideError)) return { code: 'internal', cause: messageOf(error) };
  return error.detail === undefined ? { code: error.code } : { code: error.code, detail: error.detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function send(message: FromProcess): void {
  process.send?.(message, () => {
    // The models never loaded: there is nothing to stay for. (A send that failed ends in `disconnect`.)
    if (message.type === 'start_failed') process.exit(1);
  });
}
