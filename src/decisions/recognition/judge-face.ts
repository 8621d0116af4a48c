import { type FaceFacts, type TextureMeasures, valueIfMeasured } from '../facts.ts';
import { isObstacle, scoreReasons } from '../fusion.ts';
import {
  type LiveCalibration,
  liveLogOdds,
  liveProbability,
  logOddsOf,
  probabilityOf,
} from '../live-calibration.ts';
import type { Reason } from '../reasons.ts';
import { viewObstacles } from '../view-range.ts';
import { effectiveThreshold, toThreeDecimals } from './effective-threshold.ts';
import { type HeuristicSettings, heuristicScore, signStrengths } from './heuristic.ts';

/**
 * Where a score comes from; `experimental`: our own net alone (`../experimental-net.ts`). Neither that nor the heuristic is
 * reason enough to trust a face, see `trusted-score.ts`.
 */
export type ScoreSource = 'classifier' | 'anti_spoof' | 'experimental' | 'heuristic';

/** A trained classifier (`LIVENESS_CLF_PATH`): the probability that a face is live, 0..1; undefined where it lacks a fact. */
type ClassifyFace = (face: FaceFacts) => number | undefined;

/** How faces are judged. */
export interface FaceRules {
  readonly calibration: LiveCalibration;
  readonly heuristic: HeuristicSettings;
  /** The main score where it is given. */
  readonly classify?: ClassifyFace | undefined;
  /** `REQUIRE_ANTI_SPOOF`: no face is live that no anti-spoof net has scored; the experimental net is none then. */
  readonly needsAntiSpoof: boolean;
  /** `ALLOW_HEURISTIC_ENROL`: the heuristic speaks rather than the experimental net; default: the net. */
  readonly prefersHeuristic?: boolean;
}

/** Whether one face is live, and what that rests on. */
export interface FaceJudgement {
  readonly isLive: boolean;
  /** 0..1, three decimals; null where nothing of the face could be measured. */
  readonly score: number | null;
  readonly scoreSource: ScoreSource;
  /** The effective one, 0..1, three decimals. */
  readonly threshold: number;
  /** What kept the face from being judged, and its signs of an attack. */
  readonly reasons: readonly Reason[];
}

/**
 * Judges one face against a threshold.
 *
 * The main score is the classifier's where there is one, else that of the anti-spoof nets, else
 * the heuristic's. A face is live when the score reaches the effective threshold and nothing kept it from being seen
 * well: too small or turned away, it is not live, whatever the score; nor where one of the nets that are asked for is
 * missing, unless a classifier speaks, which says itself what it needs. Where a net's score is required, neither the
 * heuristic nor a classifier takes its place. By the experimental net alone no less than 0.5 can be asked for.
 *
 * @param asked the threshold that the request asks for, 0..1
 */
export function judgeFace(face: FaceFacts, asked: number, rules: FaceRules): FaceJudgement {
  const texture = valueIfMeasured(face.texture);
  const { score, scoreSource, missing } = mainScore(face, texture, rules);
  const obstacles = [...missing, ...viewObstacles(face)];
  const effective = effectiveThreshold(asked, texture, rules.heuristic);
  const threshold = scoreSource === 'experimental' ? Math.max(effective, atLimit) : effective;
  const rounded = score === undefined ? null : toThreeDecimals(score);
  return {
    isLive: rounded !== null && rounded >= threshold && obstacles.length === 0,
    score: rounded,
    scoreSource,
    threshold,
    reasons: [...obstacles, ...signReasons(texture, rules.heuristic)],
  };
}

function mainScore(
  face: FaceFacts,
  texture: TextureMeasures | undefined,
  { calibration, classify, heuristic, needsAntiSpoof, prefersHeuristic = false }: FaceRules,
): { score: number | undefined; scoreSource: ScoreSource; missing: readonly Reason[] } {
  const { isExperimental } = calibration;
  const isHushed = isExperimental && prefersHeuristic;
  const unscored = isHushed ? [] : scoreReasons(face).filter((reason) => !('live' in reason));
  const live = isHushed ? undefined : scoreByNets(face, calibration);
  const probability = classify?.(face);
  const lack: readonly Reason[] = isExperimental && needsAntiSpoof ? [{ code: 'experimental_net' }] : [];
  if (probability !== undefined)
    return {
      score: probability,
      scoreSource: 'classifier',
      missing: [...lack, ...(needsAntiSpoof && live === undefined ? unscored : [])],
    };
  // Without any net the heuristic is all there is, and no reason to say so of each face, unless one is required.
  const missing = [
    ...lack,
    ...unscored.filter(
      (reason) =>
        isObstacle(reason, calibration) && (needsAntiSpoof || reason.code !== 'no_anti_spoof_model'),
    ),
  ];
  if (live !== undefined)
    return { score: live, scoreSource: isExperimental ? 'experimental' : 'anti_spoof', missing };
  return { score: texture && heuristicScore(texture, heuristic), scoreSource: 'heuristic', missing };
}

/** The score of a face that is as live as the calibration's limit: the usual threshold of this contract. */
const atLimit = 0.5;

/**
 * The live probability, its odds scaled such that the calibration's limit for live comes to 0.5. So the contract's
 * usual threshold keeps the rates that the limit was chosen for, and its clients ask for more or less of it as they
 * are used to. Of a set of nets that nobody has calibrated the raw mean, as it is.
 */
function scoreByNets(face: FaceFacts, calibration: LiveCalibration): number | undefined {
  if (calibration.nets === null) return liveProbability(face, calibration);
  const logOdds = liveLogOdds(face, calibration);
  return logOdds === undefined ? undefined : probabilityOf(logOdds - logOddsOf(calibration.limits.live));
}

function signReasons(texture: TextureMeasures | undefined, settings: HeuristicSettings): Reason[] {
  if (!texture) return [];
  const strengths = signStrengths(texture, settings);
  const reasons: Reason[] = [];
  if (strengths.axisAnisotropy > 0) reasons.push({ code: 'grid_pattern', value: texture.axisAnisotropy });
  if (strengths.glare > 0) reasons.push({ code: 'glare', value: texture.glare });
  if (strengths.lineRatio > 0) reasons.push({ code: 'straight_lines', value: texture.lineRatio });
  return reasons;
}
