import calibration from '../calibration/effective-threshold.json' with { type: 'json' };
import type { TextureMeasures } from '../facts.ts';
import { clamp } from '../statistics.ts';
import { type HeuristicSettings, penaltyOf } from './heuristic.ts';

/**
 * The threshold that a face is held to, whichever score is the main one: this is the heuristic's veto.
 *
 * Signs of an attack raise it by a share of what lies between it and 1: by all penalties of the face together, doubled,
 * `maximumRise` at most; at the default of 0.5 that is the penalties themselves. Where there is no such sign at all, it
 * falls as the face has less detail than `detail` or is darker than `light`, whichever is worse, by `maximumFall` for a
 * blank or black one: poor light and blur keep genuine faces from good scores. It never falls below `floor`, whatever
 * is asked for, and never rises above 1. Numbers and their sources: `calibration/effective-threshold.json`.
 *
 * @param asked 0..1
 * @param texture of the face; undefined where it was not measured: nothing is known of signs or light then
 * @returns 0..1, three decimals: what is shown is what was applied
 */
export function effectiveThreshold(
  asked: number,
  texture: TextureMeasures | undefined,
  settings: Pick<HeuristicSettings, 'suspect' | 'penalties'>,
): number {
  const { maximumRise, maximumFall, detail, light, floor } = calibration;
  const penalty = texture ? penaltyOf(texture, settings) : 0;
  const rise = (1 - asked) * Math.min(2 * penalty, maximumRise.value);
  const shares = texture ? [texture.blur / detail.value, texture.brightness / light.value] : [1];
  const lack = clamp(1 - Math.min(...shares), 0, 1);
  const fall = penalty === 0 ? maximumFall.value * lack : 0;
  return toThreeDecimals(clamp(asked + rise - fall, floor.value, 1));
}

/** The threshold that an enrolment is judged by, before signs change it: what is asked for, or the usual one if that is less. */
export function enrolmentThreshold(asked: number): number {
  return Math.max(asked, calibration.leastForEnrolment.value);
}

/** Scores and thresholds are compared as they are shown; halves go up, as in the seed's example. */
export function toThreeDecimals(value: number): number {
  return Math.round(value * 1000 + 1e-9) / 1000;
}
