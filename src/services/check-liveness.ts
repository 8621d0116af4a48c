import { type Embedding, type FaceFacts, type FrameFacts, valueIfMeasured } from '../decisions/facts.ts';
import { decideLiveness, type LivenessDecision } from '../decisions/fusion.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import type { Measurement, Perception } from '../perception/engine.ts';

/** A decision on one still picture, with the facts it stands on. */
export interface LivenessCheck extends LivenessDecision {
  readonly facts: FrameFacts;
  /** The face the decision is about. */
  readonly subject: FaceFacts;
  /** Smaller faces further back, which do not count. */
  readonly bystanders: readonly FaceFacts[];
  /** Whose blink is to be asked for; null unless the verdict is inconclusive and the face was embedded. */
  readonly askToBlink: Embedding | null;
}

/** What goes with one check. */
export interface LivenessCheckContext {
  /** Aborts the work when the client has left. */
  readonly signal?: AbortSignal;
  /** Hears of the facts as soon as they are there: also of those that then allow no decision. */
  readonly onFacts?: (facts: FrameFacts) => void;
}

/** What the passive check needs to know. */
export interface LivenessCheckOptions {
  readonly calibration: LiveCalibration;
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
  /** Nobody is live by the experimental net alone, which counts as no net then; default: false. */
  readonly needsAntiSpoof?: boolean;
  /** False where no active check can follow: then nobody needs to know whose face it is; default: true. */
  readonly mayAskToBlink?: boolean;
}

const measure: readonly Measurement[] = ['eyes', 'texture', 'anti_spoof'];

/**
 * The embedding tells an active check whose face must blink. It is a quarter of the work, for the inconclusive alone; but a
 * second look at those costs twice as much as it, and may meet a full queue after the first one was paid for.
 */
const measureToCompare: readonly Measurement[] = [...measure, 'embedding'];

/**
 * The passive check: one still picture in, a decision with reasons out.
 *
 * @param bytes the encoded file, untouched
 * @throws BonafideError `no_face`, `several_faces`, and all that `Perception.analyseImage` throws
 */
export async function checkLiveness(
  perception: Perception,
  options: LivenessCheckOptions,
  bytes: Uint8Array,
  { signal, onFacts }: LivenessCheckContext = {},
): Promise<LivenessCheck> {
  const { mayAskToBlink = true } = options;
  const request = { measuredFaces: 1, measure: mayAskToBlink ? measureToCompare : measure };
  const facts = await perception.analyseImage(bytes, request, signal);
  onFacts?.(facts);
  const subject = chooseSubject(facts.faces, options.bystanderRatio);
  if (subject.status !== 'chosen') throw new BonafideError(subject.status);
  const decision = decide(subject.face, options);
  const askToBlink =
    decision.verdict === 'inconclusive' ? (valueIfMeasured(subject.face.embedding) ?? null) : null;
  // Whose face nothing can be compared with could pass no active check: a better picture is what helps.
  const isStuck = mayAskToBlink && decision.verdict === 'inconclusive' && askToBlink === null;
  return {
    ...decision,
    reasons: isStuck ? [...decision.reasons, { code: 'face_not_comparable' }] : decision.reasons,
    facts,
    subject: subject.face,
    bystanders: subject.bystanders,
    askToBlink,
  };
}

function decide(face: FaceFacts, { calibration, needsAntiSpoof }: LivenessCheckOptions): LivenessDecision {
  const decision = decideLiveness(face, calibration);
  const isUnproven = decision.verdict === 'live' && calibration.isExperimental && needsAntiSpoof;
  return isUnproven ? { ...decision, verdict: 'inconclusive' } : decision;
}
