import type { StageTiming } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';

/** Accompanies the work: its stages are timed, and between them it can be stopped. */
export interface Stages {
  /** Times one stage; see `StageTiming`. */
  readonly timed: <T>(stage: string, work: () => T | Promise<T>) => Promise<T>;
  /** Lets the process hear what else is said to it; throws `cancelled` when the work should stop. */
  readonly breathe: () => Promise<void>;
}

/** Times stages and, before each, lets the process hear that it should stop. */
export function startStages(shouldStop: () => boolean): { timings: StageTiming[]; stages: Stages } {
  const timings: StageTiming[] = [];
  const breathe = async () => {
    await new Promise(setImmediate);
    if (shouldStop()) throw new BonafideError('cancelled');
  };
  const timed: Stages['timed'] = async (stage, work) => {
    await breathe();
    const startedAt = Date.now();
    const start = performance.now();
    const result = await work();
    timings.push({ stage, startedAt, milliseconds: performance.now() - start });
    return result;
  };
  return { timings, stages: { timed, breathe } };
}

/** One entry a stage: when it first began, and all its milliseconds together. */
export function sumByStage(timings: readonly StageTiming[]): StageTiming[] {
  const sums = new Map<string, StageTiming>();
  for (const timing of timings) {
    const sum = sums.get(timing.stage);
    sums.set(timing.stage, sum ? { ...sum, milliseconds: sum.milliseconds + timing.milliseconds } : timing);
  }
  return [...sums.values()];
}
