import { type FaceFacts, valueIfMeasured } from '../facts.ts';
import { decideLiveness } from '../fusion.ts';
import { type LiveCalibration, liveLogOdds } from '../live-calibration.ts';
import { addEvidence, judgeSession, noEvidence, sessionFigures } from '../session-evidence.ts';
import { type MeasuredClip, type Measurement, restoreFace } from './measurement.ts';
import type { ScoreKind } from './report.ts';
import { type FileScore, meanLogOdds, type ScoredFile } from './units.ts';

/** What turns measurements into scores. */
export interface Scoring {
  readonly calibration: LiveCalibration;
  /** The nets whose mean is the baseline, by their names in the registry. */
  readonly baseline: readonly string[];
  /** The calibration that has not seen a family of sources; undefined where there is none. */
  readonly withoutFamily: (family: string) => LiveCalibration | undefined;
}

type Scores = Readonly<Partial<Record<ScoreKind, FileScore>>>;

/** What each kind of score says of a measured file, or why nothing does. */
export function scoreMeasurement(
  measurement: Measurement,
  family: string,
  scoring: Scoring,
): ScoredFile['outcome'] {
  if (measurement.outcome === 'unanswered') return { unanswered: measurement.reason };
  return {
    scores:
      measurement.presentation === 'still'
        ? scoreStill(restoreFace(measurement.face), family, scoring)
        : scoreClip(measurement, family, scoring),
  };
}

function scoreStill(face: FaceFacts, family: string, scoring: Scoring): Scores {
  const { calibration, baseline, withoutFamily } = scoring;
  const refit = withoutFamily(family);
  return {
    calibrated: stillScore(face, calibration),
    raw_mean: { logOdds: rawMean(face, baseline), answer: null, hasObstacle: hasObstacle(face, calibration) },
    ...(refit && { leave_one_source_out: stillScore(face, refit) }),
  };
}

function stillScore(face: FaceFacts, calibration: LiveCalibration): FileScore {
  return {
    logOdds: logOddsOf(face, calibration),
    answer: decideLiveness(face, calibration).verdict,
    hasObstacle: hasObstacle(face, calibration),
  };
}

/** With these limits whatever has a probability is live, unless something beside it speaks against that. */
function hasObstacle(face: FaceFacts, calibration: LiveCalibration): boolean {
  return decideLiveness(face, { ...calibration, limits: { live: 0, attack: 0 } }).verdict === 'inconclusive';
}

/** A clip is judged by all looks at it, as sessions are. */
function scoreClip({ looks }: MeasuredClip, family: string, scoring: Scoring): Scores {
  const faces = looks.map(({ at, face }) => ({ at, face: restoreFace(face) }));
  const raw = faces.flatMap(({ face }) => rawMean(face, scoring.baseline) ?? []);
  const refit = scoring.withoutFamily(family);
  return {
    calibrated: clipScore(faces, scoring.calibration),
    raw_mean: { logOdds: raw.length === 0 ? null : meanLogOdds(raw), answer: null, hasObstacle: false },
    ...(refit && { leave_one_source_out: clipScore(faces, refit) }),
  };
}

/** What a session of these looks says; where none of the nets vouches for anybody, nothing was decided. */
function clipScore(
  faces: readonly { readonly at: number; readonly face: FaceFacts }[],
  calibration: LiveCalibration,
): FileScore {
  const evidence = faces.reduce((sum, { at, face }) => addEvidence(sum, face, at, calibration), noEvidence);
  const verdict = judgeSession(evidence, calibration);
  return {
    logOdds: sessionFigures(evidence, calibration)?.all ?? null,
    answer: verdict === 'unavailable' ? 'inconclusive' : verdict,
    hasObstacle: false,
  };
}

function logOddsOf(face: FaceFacts, calibration: LiveCalibration): number | null {
  if (calibration.nets !== null || calibration.isExperimental) return liveLogOdds(face, calibration) ?? null;
  return rawMean(face, Object.keys(face.antiSpoof));
}

/**
 * The log-odds of the mean of the nets' live scores, from their logits: a score of 1 − 1e-17 is 1 in a double. A logit
 * of a net with three classes is that of live against both others, so nothing is lost.
 */
function rawMean({ antiSpoof }: FaceFacts, nets: readonly string[]): number | null {
  const logits = nets.flatMap((name) => {
    const score = antiSpoof[name] && valueIfMeasured(antiSpoof[name]);
    return score ? [score.logit] : [];
  });
  return logits.length === 0 || logits.length < nets.length ? null : meanLogOdds(logits);
}
