import signs from './calibration/texture-signs.json' with { type: 'json' };
import type { FaceFacts, Fact } from './facts.ts';
import { valueIfMeasured } from './facts.ts';
import { type LiveCalibration, liveProbability as probabilityOf } from './live-calibration.ts';
import type { Reason } from './reasons.ts';
import { viewObstacles } from './view-range.ts';

/** What a still picture says of the face in it. */
export interface LivenessDecision {
  readonly verdict: 'live' | 'attack' | 'inconclusive';
  /** The fused live probability, 0..1; null when no anti-spoof net scored the face. */
  readonly liveProbability: number | null;
  /** What bore on the verdict, the scores first. */
  readonly reasons: readonly Reason[];
}

/**
 * Weighs the facts of one face.
 *
 * The probability is the calibration's. Anything that keeps the nets from seeing what they were trained on (no score,
 * a view out of range) makes the verdict inconclusive, whatever they say. A net that is asked for but missing is
 * remarked upon; it is an obstacle where nothing was calibrated for the nets that are there. Texture signs explain;
 * they do not decide.
 */
export function decideLiveness(face: FaceFacts, calibration: LiveCalibration): LivenessDecision {
  const { limits } = calibration;
  const scores = scoreReasons(face);
  const caveat: Reason[] = calibration.isExperimental ? [{ code: 'experimental_net' }] : [];
  const liveProbability = probabilityOf(face, calibration) ?? null;
  const measured = scores.filter((reason) => 'live' in reason);
  const missing = scores.filter((reason) => !('live' in reason));
  const remarks = missing.filter((reason) => !isObstacle(reason, calibration));
  const obstacles = [...missing.filter((reason) => isObstacle(reason, calibration)), ...viewObstacles(face)];
  const signs = textureSigns(face);
  if (liveProbability !== null && obstacles.length === 0) {
    if (liveProbability >= limits.live)
      return { verdict: 'live', liveProbability, reasons: [...measured, ...caveat, ...remarks, ...signs] };
    if (liveProbability <= limits.attack)
      return { verdict: 'attack', liveProbability, reasons: [...measured, ...caveat, ...remarks, ...signs] };
    obstacles.push({ code: 'between_thresholds', ...limits });
  }
  return {
    verdict: 'inconclusive',
    liveProbability,
    reasons: [...measured, ...caveat, ...obstacles, ...remarks, ...signs],
  };
}

/** What the anti-spoof nets say of a face, each in a reason. */
export type ScoreReason = Extract<
  Reason,
  {
    code:
      | 'anti_spoof_score'
      | 'anti_spoof_score_missing'
      | 'anti_spoof_model_missing'
      | 'no_anti_spoof_model';
  }
>;

/** The scores of the anti-spoof nets that are asked for, and which of them are missing. */
export function scoreReasons(face: FaceFacts): ScoreReason[] {
  const nets = Object.entries(face.antiSpoof);
  if (nets.every(([, fact]) => isWithoutModel(fact))) return [{ code: 'no_anti_spoof_model' }];
  return nets.map(([model, fact]) => {
    if (fact.status === 'measured') return { code: 'anti_spoof_score', model, live: fact.value.live };
    return { code: isWithoutModel(fact) ? 'anti_spoof_model_missing' : 'anti_spoof_score_missing', model };
  });
}

/**
 * Whether a missing score keeps a face from being judged. A net that is not installed does not, where what is
 * installed was calibrated without it.
 */
export function isObstacle({ code }: ScoreReason, { nets }: Pick<LiveCalibration, 'nets'>): boolean {
  return code !== 'anti_spoof_model_missing' || nets === null;
}

function isWithoutModel(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'no_model';
}

function textureSigns(face: FaceFacts): Reason[] {
  const texture = valueIfMeasured(face.texture);
  if (texture === undefined) return [];
  const { axisAnisotropy, glare, lineRatio } = signs.suspect;
  const reasons: Reason[] = [];
  if (texture.axisAnisotropy > axisAnisotropy.value)
    reasons.push({ code: 'grid_pattern', value: texture.axisAnisotropy });
  if (texture.glare > glare.value) reasons.push({ code: 'glare', value: texture.glare });
  if (texture.lineRatio > lineRatio.value) reasons.push({ code: 'straight_lines', value: texture.lineRatio });
  return reasons;
}
