import { chooseCalibration } from '../decisions/choose-calibration.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { Perception } from '../perception/engine.ts';
import { loadCalibration } from './calibration-file.ts';

/** The calibration that serves. */
export type CalibrationInUse = LiveCalibration;

/** The settings that say how live probabilities come about, and that move a verdict's limits. */
export interface CalibrationSettings {
  /** A file of the operator's own; empty: what ships for the models in use. */
  readonly CALIBRATION_PATH?: string;
  /** Unset: the calibration's. */
  readonly LIVE_THRESHOLD?: number;
  readonly ATTACK_THRESHOLD?: number;
}

/**
 * How live probabilities come about with the models that this perception has loaded. A calibration of one's own is read
 * from its file here: whoever serves asks once, at the start, and passes the answer on.
 *
 * @throws Error that says in a sentence what is wrong with the file that CALIBRATION_PATH names
 */
export function calibrationInUse(
  perception: Pick<Perception, 'describe'>,
  { CALIBRATION_PATH: path = '', LIVE_THRESHOLD: live, ATTACK_THRESHOLD: attack }: CalibrationSettings = {},
): CalibrationInUse {
  const { models } = perception.describe();
  const limits = { ...(live !== undefined && { live }), ...(attack !== undefined && { attack }) };
  return path === ''
    ? chooseCalibration(models, limits)
    : chooseCalibration(models, limits, [loadCalibration(path, models)]);
}
