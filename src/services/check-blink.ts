import { type BlinkDecision, decideBlink } from '../decisions/blink/decide-blink.ts';
import type { ClipFacts, Embedding } from '../decisions/facts.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { ClipRequest, Perception } from '../perception/engine.ts';

/** A decision on one clip, with the facts it stands on. */
export interface BlinkCheck extends BlinkDecision {
  readonly facts: ClipFacts;
}

/** What goes with one check. */
export interface BlinkCheckContext {
  /** Aborts the work when the client has left. */
  readonly signal?: AbortSignal;
  /** Hears of the facts as soon as they are there. */
  readonly onFacts?: (facts: ClipFacts) => void;
  /** The face of the passive check that asked for this one; `undefined` where none did. */
  readonly selfie?: Embedding | undefined;
}

/** What the active check needs to know. */
export interface BlinkCheckOptions {
  /** See `chooseSubject` in decisions/subject.ts. */
  readonly bystanderRatio: number;
  readonly calibration: LiveCalibration;
  /** See `BlinkQuestion` in decisions/blink/decide-blink.ts. */
  readonly needsAntiSpoof: boolean;
}

/**
 * How often frames are looked at in full. In the 3 to 5 s of a clip (seed 000) that makes ten
 * and more: six faces for a comparison with a selfie, passive evidence from all of it.
 */
export const clipRequest: ClipRequest = { fullLookEvery: 250 };

/**
 * The active check: a short clip in, a decision with reasons out.
 *
 * @param bytes the encoded file, untouched
 * @throws BonafideError all that `Perception.analyseClip` throws
 */
export async function checkBlink(
  perception: Perception,
  options: BlinkCheckOptions,
  bytes: Uint8Array,
  { signal, onFacts, selfie }: BlinkCheckContext = {},
): Promise<BlinkCheck> {
  const facts = await perception.analyseClip(bytes, clipRequest, signal);
  onFacts?.(facts);
  return { ...decideBlink(facts, { ...options, selfie }), facts };
}
