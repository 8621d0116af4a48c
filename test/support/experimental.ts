import { experimentalNet } from '../../src/decisions/experimental-net.ts';
import { type FaceFacts, measured, unavailable } from '../../src/decisions/facts.ts';
import type { LiveCalibration } from '../../src/decisions/live-calibration.ts';

/** A calibration of our own net alone that takes its word as it is, in a wide band: not the one that serves. */
export const experimentalCalibration: LiveCalibration = {
  name: 'blazeface with bonafide-antispoof, invented',
  nets: { [experimentalNet]: { bound: 20, mean: 0, scale: 1, weight: 1 } },
  bias: 0,
  limits: { live: 0.95, attack: 0.05 },
  correlation: 0.7,
  isExperimental: true,
};

/** What our own net says of a face; `undefined` is a score that could not be measured. */
export function ownScore(live: number | undefined): FaceFacts['antiSpoof'] {
  return {
    [experimentalNet]:
      live === undefined
        ? unavailable('not_measurable')
        : measured({ live, logit: Math.log(live / (1 - live)) }),
  };
}
