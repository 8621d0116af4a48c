import type { Measurement } from '../decisions/evaluation/measurement.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';
import { type MeasureOptions, measureFile } from './evaluate-measure.ts';

/** A file that is to be measured. */
export interface FileToMeasure {
  readonly presentation: 'still' | 'clip';
  readonly sha256: string;
  /**
   * Its bytes.
   *
   * @throws BonafideError `payload_too_large`
   */
  readonly read: () => Promise<Uint8Array>;
}

/** Where measurements are kept: what is there is not measured again. */
export interface KeptMeasurements {
  readonly known: ReadonlyMap<string, Measurement>;
  add(sha256: string, measurement: Measurement): void;
}

export interface MeasuringPlan extends MeasureOptions {
  /** Files measured at once. */
  readonly concurrency: number;
  /** Ends the work; what was measured by then is kept. */
  readonly signal: AbortSignal;
  /** Hears how many files are done, those that were known among them. */
  readonly onProgress: (done: number) => void;
}

/**
 * Measures what is not known yet; files of the same bytes once. It ends when nothing is added to `kept` any more, where
 * it throws, too.
 */
export async function measureFiles(
  perception: Perception,
  files: readonly FileToMeasure[],
  kept: KeptMeasurements,
  plan: MeasuringPlan,
): Promise<void> {
  const unknown = new Map<string, FileToMeasure>();
  for (const file of files) if (!kept.known.has(file.sha256)) unknown.set(file.sha256, file);
  const pictures = [...unknown.values()].filter(({ presentation }) => presentation === 'still');
  const clips = [...unknown.values()].filter(({ presentation }) => presentation === 'clip');
  let done = new Set(files.map(({ sha256 }) => sha256)).size - unknown.size;
  const failures: unknown[] = [];
  const work = async (first: FileToMeasure[], then: FileToMeasure[]) => {
    const next = () => (failures.length > 0 ? undefined : (first.shift() ?? then.shift()));
    for (let file = next(); file && !plan.signal.aborted; file = next()) {
      try {
        const measurement = await measureOne(perception, plan, file);
        if (plan.signal.aborted) return;
        kept.add(file.sha256, measurement);
        plan.onProgress(++done);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  // Clips take seconds each, and perception leaves one process to the pictures: so one worker begins with the clips, and
  // neither kind waits for the other. No worker throws: all have ended here, and what they had at hand is kept.
  const others = Array.from({ length: Math.max(plan.concurrency - 1, 0) }, () => work(pictures, clips));
  await Promise.all([work(clips, pictures), ...others]);
  if (failures.length > 0 && !plan.signal.aborted) throw failures[0];
}

async function measureOne(
  perception: Perception,
  options: MeasureOptions,
  { presentation, read }: FileToMeasure,
): Promise<Measurement> {
  let bytes: Uint8Array;
  try {
    bytes = await read();
  } catch (error) {
    if (!(error instanceof BonafideError)) throw error;
    return { presentation, outcome: 'unanswered', reason: error.code };
  }
  return measureFile(perception, options, presentation, bytes);
}
