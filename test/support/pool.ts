import type { EngineOptions, Perception } from '../../src/perception/engine.ts';
import { createPool, type PoolOptions } from '../../src/perception/pool.ts';

/** The real pool with two processes, patient with a busy machine, changed as a test needs it; whoever starts it closes it. */
export function startPool(engine: EngineOptions, changes: Partial<PoolOptions> = {}): Promise<Perception> {
  return createPool({
    engine,
    processes: 2,
    queueLimit: 64,
    deadlineMs: 30_000,
    clipDeadlineMs: 600_000,
    entry: new URL('../../dist/perception/process.js', import.meta.url),
    onEvent: () => {},
    ...changes,
  });
}
