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

/** What the passive check needs to know. */
export interface LivenessCheckOptions {
  readonly thresholds: Thresholds;
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
}

/**
 * The passive check: one still picture in, a decision with reasons out.
 *
 * @param bytes the encoded file, untouched
 * @param signal aborts the work when the client has left
 * @throws BonafideError `no_face`, `several_faces`, and all that `Perception.analyseImage` throws
 */
export async function checkLiveness(
  perception: Perception,
  options: LivenessCheckOptions,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<LivenessCheck> {
  const facts = await perception.analyseImage(bytes, { measuredFaces: 1 }, signal);
  const subject = chooseSubject(facts.faces, options.bystanderRatio);
  if (subject.status !== 'chosen') throw new BonafideError(subject.status);
  return {
    ...decideLiveness(subject.face, options.thresholds),
    facts,
    subject: subject.face,
    bystanders: subject.bystanders,
  };
}
