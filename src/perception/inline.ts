import { BonafideError } from '../errors.ts';
import type { EngineOptions, Perception } from './engine.ts';
import { createEngine } from './load-engine.ts';

/**
 * The pool's inline twin, for the command line and for tests: the same engine in this very process, one
 * image at a time, without a bound, a deadline or protection from native code.
 *
 * @throws Error the sentence that the start of the engine failed with
 */
export async function createInlinePerception(options: EngineOptions): Promise<Perception> {
  const engine = await createEngine(options);
  let turn: Promise<unknown> = Promise.resolve();
  let queued = 0;
  let running = 0;
  let closed = false;

  /** Does `work` when all before it is done. */
  function inTurn<T>(work: (shouldStop: () => boolean) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const shouldStop = () => closed || signal?.aborted === true;
    const refuse = () => new BonafideError(closed ? 'shutting_down' : 'cancelled');
    queued++;
    const facts = turn.then(async () => {
      queued--;
      if (shouldStop()) throw refuse();
      running++;
      try {
        return await work(shouldStop);
      } catch (error) {
        throw shouldStop() ? refuse() : error;
      } finally {
        running--;
      }
    });
    turn = facts.catch(() => undefined);
    return facts;
  }

  return {
    analyseImage: (bytes, request, signal) =>
      inTurn((shouldStop) => engine.analyseImage(bytes, request, shouldStop), signal),
    analyseClip: (bytes, request, signal) =>
      inTurn((shouldStop) => engine.analyseClip(bytes, request, shouldStop), signal),
    describe: engine.describe,
    load: () => ({ queued, running, processes: closed ? 0 : 1, full: false }),
    async close() {
      closed = true;
      await turn;
    },
  };
}
