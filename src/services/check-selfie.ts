import { isMasked } from '../decisions/face-mask.ts';
import { type FaceFacts, type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';
import { decideLiveness } from '../decisions/fusion.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { Reason } from '../decisions/reasons.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';

/** Whether a selfie for onboarding (KYC) shows a living person, with the facts that this stands on. */
export interface SelfieCheck {
  /**
   * Never without an anti-spoof score, nor of a face that is too turned away or too small for one, nor by the experimental
   * net alone unless that is allowed.
   */
  readonly live: boolean;
  /** Confidence in `live`, 0..1: 0 where it could not be judged. */
  readonly confidence: number;
  /** The fused live probability, 0..1; null when no anti-spoof net scored the face. */
  readonly liveProbability: number | null;
  readonly reasons: readonly Reason[];
  readonly subject: FaceFacts;
  /** Smaller faces further back, which do not count. */
  readonly bystanders: readonly FaceFacts[];
  readonly facts: FrameFacts;
}

/** What the check of a selfie needs to know. */
export interface SelfieCheckOptions {
  /** Detector score below which nothing is a face, 0..1. */
  readonly faceThreshold: number;
  /** Live probability from which a face is live, 0..1. */
  readonly livenessThreshold: number;
  readonly calibration: LiveCalibration;
  /** `ALLOW_EXPERIMENTAL`: the word of the experimental net alone will do. */
  readonly allowExperimental: boolean;
  /** Shorter side in pixels that the picture must have, and the face in it. */
  readonly minimumSide: number;
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
}

/** What goes with one check. */
export interface SelfieCheckContext {
  /** Aborts the work when the client has left. */
  readonly signal?: AbortSignal;
  /** Hears of the facts as soon as they are there: also of those that then allow no decision. */
  readonly onFacts?: (facts: FrameFacts) => void;
}

const measure = ['texture', 'anti_spoof', 'mask'] as const;

/**
 * Checks a selfie, in this order: is it large enough, is there one face that can be meant, is that face large enough,
 * is it without a mask, is it live?
 *
 * @param bytes the encoded file, untouched
 * @throws BonafideError `low_resolution`, `no_face`, `several_faces`, `face_masked`, and all that
 *   `Perception.analyseImage` throws
 */
export async function checkSelfie(
  perception: Perception,
  options: SelfieCheckOptions,
  bytes: Uint8Array,
  { signal, onFacts }: SelfieCheckContext = {},
): Promise<SelfieCheck> {
  const { minimumSide, livenessThreshold, calibration } = options;
  const look = async (measuredFaces: number) => {
    const facts = await perception.analyseImage(bytes, { measuredFaces, measure }, signal);
    onFacts?.(facts);
    return facts;
  };
  let facts = await look(1);
  if (Math.min(facts.width, facts.height) < minimumSide) throw new BonafideError('low_resolution');
  // Something large may have been taken for a face, and rejected: the one that counts was not measured then.
  const index = facts.faces.indexOf(chooseFace(facts, options).face);
  if (index > 0) facts = await look(index + 1);
  const { face: subject, bystanders } = chooseFace(facts, options);
  if (subject.measuredSide < minimumSide) throw new BonafideError('low_resolution');
  // Unknown where no net is installed that could tell: that is not taken for a mask.
  if (isMasked(subject)) throw new BonafideError('face_masked');
  // What the nets are not sure of, no threshold makes sure.
  const limits = { ...calibration.limits, live: Math.max(livenessThreshold, calibration.limits.live) };
  const { verdict, liveProbability, reasons } = decideLiveness(subject, { ...calibration, limits });
  const isSeen = verdict !== 'inconclusive' || reasons.some(({ code }) => code === 'between_thresholds');
  const isJudged = isSeen && (!calibration.isExperimental || options.allowExperimental);
  const live = isJudged && verdict === 'live';
  const confidence = !isJudged || liveProbability === null ? 0 : live ? liveProbability : 1 - liveProbability;
  return { live, confidence, liveProbability, reasons, subject, bystanders, facts };
}

/**
 * The face that is meant, among those the detector is sure enough of. Where there is none, a masked one is meant: the
 * mask may be what raises the doubt, and whoever wears it is to hear of it, not that they are not there.
 */
function chooseFace({ faces }: FrameFacts, { faceThreshold, bystanderRatio }: SelfieCheckOptions) {
  const certain = faces.filter((face) => (valueIfMeasured(face.detectorScore) ?? 0) >= faceThreshold);
  const masked = faces.slice(0, 1).filter(isMasked);
  const subject = chooseSubject(certain.length > 0 ? certain : masked, bystanderRatio);
  if (subject.status !== 'chosen') throw new BonafideError(subject.status);
  return subject;
}
