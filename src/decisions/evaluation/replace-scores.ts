import { measured } from '../facts.ts';
import { probabilityOf } from '../live-calibration.ts';
import type { LabelledMeasurement } from './build-report.ts';

/** Files whose scores were replaced, and how many were left out for want of one. */
export interface ReplacedScores {
  readonly files: readonly LabelledMeasurement[];
  readonly leftOut: number;
}

/**
 * Puts other logits in the place of what a net says of stills: of a net that was trained on these pictures, those of
 * nets that had not seen the source. Stills without one, and clips, of which nobody has one, are left out; those that
 * had no answer stay.
 *
 * @param net its name in the model registry
 * @param logits by the path in the manifest
 */
export function replaceScores(
  files: readonly LabelledMeasurement[],
  net: string,
  logits: ReadonlyMap<string, number>,
): ReplacedScores {
  const replaced = files.flatMap((file): LabelledMeasurement[] => {
    const { measurement, path } = file;
    if (measurement.presentation === 'clip') return [];
    if (measurement.outcome === 'unanswered') return [file];
    const logit = logits.get(path);
    if (logit === undefined) return [];
    const antiSpoof = { [net]: measured({ live: probabilityOf(logit), logit }) };
    return [{ ...file, measurement: { ...measurement, face: { ...measurement.face, antiSpoof } } }];
  });
  return { files: replaced, leftOut: files.length - replaced.length };
}
