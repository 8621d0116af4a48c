import ranges from './calibration/minifasnet-mean.json' with { type: 'json' };
import type { FaceFacts, Fact } from './facts.ts';
import { valueIfMeasured } from './facts.ts';
import { type LiveCalibration, liveProbability as probabilityOf } from './live-calibration.ts';
import type { Reason } from './reasons.ts';

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
 * The probability is the calibration's. Anything that keeps the nets from
 * seeing what they were trained on (no score, a small face, a turned face) makes the verdict
 * inconclusive, whatever they say. Texture signs explain; they do not decide.
 */
export function decideLiveness(face: FaceFacts, calibration: LiveCalibration): LivenessDecision {
  const { limits } = calibration;
  const scores = scoreReasons(face);
  const caveat: Reason[] = calibration.isExperimental ? [{ code: 'experimental_net' }] : [];
  const liveProbability = probabilityOf(face, calibration) ?? null;
  const obstacles = [...scores.filter((reason) => !('live' in reason)), ...viewObstacles(face)];
  const signs = textureSigns(face);
  if (liveProbability !== null && obstacles.length === 0) {
    if (liveProbability >= limits.live)
      return { verdict: 'live', liveProbability, reasons: [...scores, ...caveat, ...signs] };
    if (liveProbability <= limits.attack)
      return { verdict: 'attack', liveProbability, reasons: [...scores, ...caveat, ...signs] };
    obstacles.push({ code: 'between_thresholds', ...limits });
  }
  const measured = scores.filter((reason) => 'live' in reason);
  return {
    verdict: 'inconclusive',
    liveProbability,
    reasons: [...measured, ...caveat, ...obstacles, ...signs],
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

function isWithoutModel(fact: Fact<unknown>): boolean {
  return fact.status === 'unavailable' && fact.reason === 'no_model';
}

/** What keeps anti-spoof nets from seeing what they were trained on: nothing is called live then. */
export function viewObstacles(face: FaceFacts): Reason[] {
  const { minimumFaceSide, maximumYaw, maximumPitch } = ranges.limits;
  const obstacles: Reason[] = [];
  if (face.measuredSide < minimumFaceSide.value)
    obstacles.push({ code: 'face_too_small', side: face.measuredSide, minimum: minimumFaceSide.value });
  const pose = valueIfMeasured(face.pose);
  if (pose === undefined) obstacles.push({ code: 'pose_unknown' });
  else if (Math.abs(pose.yaw) > maximumYaw.value || Math.abs(pose.pitch) > maximumPitch.value)
    obstacles.push({ code: 'face_turned_away', yaw: pose.yaw, pitch: pose.pitch });
  return obstacles;
}

function textureSigns(face: FaceFacts): Reason[] {
  const texture = valueIfMeasured(face.texture);
  if (texture === undefined) return [];
  const { axisAnisotropy, glare, lineRatio } = ranges.suspect;
  const signs: Reason[] = [];
  if (texture.axisAnisotropy > axisAnisotropy.value)
    signs.push({ code: 'grid_pattern', value: texture.axisAnisotropy });
  if (texture.glare > glare.value) signs.push({ code: 'glare', value: texture.glare });
  if (texture.lineRatio > lineRatio.value) signs.push({ code: 'straight_lines', value: texture.lineRatio });
  return signs;
}
