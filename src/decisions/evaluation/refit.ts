import { type ModelIdentity, valueIfMeasured } from '../facts.ts';
import type { LiveCalibration } from '../live-calibration.ts';
import type { StatedRates } from '../training/choose-limits.ts';
import { fitCalibration } from '../training/fit-calibration.ts';
import { viewObstacles } from '../view-range.ts';
import type { FitStill } from './build-report.ts';

/** What is fitted anew. */
export interface RefitPlan {
  readonly models: readonly ModelIdentity[];
  /** The one that ships, whose recipe is followed. */
  readonly calibration: LiveCalibration;
  readonly rates: StatedRates;
}

/**
 * Fits the calibration of the models in use to some stills, those that are in range, as the one that ships was.
 *
 * @returns undefined where there is too little to fit it to
 */
export function refit(
  stills: readonly FitStill[],
  { models, calibration, rates }: RefitPlan,
): LiveCalibration | undefined {
  const nets = calibration.nets
    ? Object.keys(calibration.nets)
    : models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name);
  const rows = stills.flatMap(({ source, family, unit, live, face }) => {
    const logits: Record<string, number> = {};
    for (const name of nets) {
      const score = face.antiSpoof[name] && valueIfMeasured(face.antiSpoof[name]);
      if (score === undefined) return [];
      logits[name] = score.logit;
    }
    if (viewObstacles(face).length > 0) return [];
    return [{ source, family, unit, live, logits }];
  });
  if (nets.length === 0) return undefined;
  const plan = {
    name: calibration.name,
    nets,
    isExperimental: calibration.isExperimental,
    rates,
    excluded: new Set<string>(),
  };
  try {
    return fitCalibration(rows, plan).calibration;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
