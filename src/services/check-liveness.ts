import type { FaceFacts, FrameFacts } from '../decisions/facts.ts';
import { decideLiveness, type LivenessDecision, type Thresholds } from '../decisions/fusion.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';

/** A decision on one still picture, with the facts it stands on. */
export interface LivenessCheck extends LivenessDecision {
  readonly facts: FrameFacts;
  /** The face the decision is about. */
  readonly subject: FaceFacts;
  /** Smaller faces further back, which do not count. */
  readonly bystanders: readonly FaceFacts[];
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
  readonly thresholds: Thresholds;
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
}

/** The embedding tells an active check, if one follows, whose face must blink. */
const measure = ['eyes', 'texture', 'anti_spoof', 'embedding'] as const;

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
  const facts = await perception.analyseImage(bytes, { measuredFaces: 1, measure }, signal);
  onFacts?.(facts);
  const subject = chooseSubject(facts.faces, options.bystanderRatio);
  if (subject.status !== 'chosen') throw new BonafideError(subject.status);
  return {
    ...decideLiveness(subject.face, options.thresholds),
    facts,
    subject: subject.face,
    bystanders: subject.bystanders,
  };
}
