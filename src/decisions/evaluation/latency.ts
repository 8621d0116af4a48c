import { percentileOfSorted } from '../statistics.ts';
import type { StageTimes } from './measurement.ts';
import type { StageLatency } from './report.ts';

/** How long each stage took, and all of them together; the slowest first. */
export function latencies(files: readonly StageTimes[]): readonly StageLatency[] {
  const stages = new Map<string, number[]>();
  const note = (stage: string, milliseconds: number) => {
    const list = stages.get(stage);
    if (list) list.push(milliseconds);
    else stages.set(stage, [milliseconds]);
  };
  for (const times of files) {
    const sums = new Map<string, number>();
    for (const [stage, milliseconds] of times) sums.set(stage, (sums.get(stage) ?? 0) + milliseconds);
    for (const [stage, milliseconds] of sums) note(stage, milliseconds);
    note(
      'total',
      [...sums.values()].reduce((sum, one) => sum + one, 0),
    );
  }
  return [...stages]
    .map(([stage, values]) => {
      const sorted = values.sort((one, other) => one - other);
      const at = (share: number) => percentileOfSorted(sorted, share);
      return { stage, files: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
    })
    .sort((one, other) => other.p50 - one.p50);
}
