import { chooseCalibration } from '../decisions/choose-calibration.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { Perception } from '../perception/engine.ts';

/** The settings that move a verdict's limits; empty: those of the calibration. */
export interface LimitSettings {
  readonly LIVE_THRESHOLD?: number;
  readonly ATTACK_THRESHOLD?: number;
}

/** How live probabilities come about with the models that this perception has loaded. */
export function calibrationInUse(
  perception: Pick<Perception, 'describe'>,
  { LIVE_THRESHOLD: live, ATTACK_THRESHOLD: attack }: LimitSettings = {},
): LiveCalibration {
  return chooseCalibration(perception.describe().models, {
    ...(live !== undefined && { live }),
    ...(attack !== undefined && { attack }),
  });
}
