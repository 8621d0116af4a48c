import clips from '../calibration/blink.json' with { type: 'json' };
import stills from '../calibration/posed-frames.json' with { type: 'json' };
import { eyesOverNose, keepsShape } from '../face-width.ts';
import { type EyePair, type FaceFacts, valueIfMeasured } from '../facts.ts';
import { clamp, mean } from '../statistics.ts';

/** An eye is closed, open and measurable as in a clip; but what single frames bear is less. */
const { limits } = clips;
const { yaw, confidence } = stills.blink;

/** Blinks among a few stills. */
export interface StillBlinks {
  readonly valid: boolean;
  /** Times that the eyes, open before, are closed. */
  readonly count: number;
  /** Stills in which the eyes were measured. */
  readonly measured: number;
  /** 0..1, by how far the eyes closed; 0 exactly without a blink. */
  readonly confidence: number;
}

/**
 * Finds blinks in stills without times: both eyes closed in one of them and open in another, against the
 * person's own open eyes, while the face keeps its shape (a picture that is squeezed does not). A clip shows
 * much more: see `findBlinks`.
 *
 * @param blinking in the order they were taken
 * @param others frames of the same person, that help to tell how open the eyes are when they are open
 */
export function findStillBlinks(
  blinking: readonly (FaceFacts | undefined)[],
  others: readonly (FaceFacts | undefined)[],
): StillBlinks {
  const measured = blinking.flatMap(toStill);
  const baseline = openEyes([...measured, ...others.flatMap(toStill)]);
  const ratios = measured.map((still) => ({ ...ratiosOf(still, baseline), aspect: still.aspect }));
  const open = ratios.filter(isOpen);
  const states = ratios.map((eyes) =>
    isClosed(eyes) && open.some((still) => keepsShape(still.aspect, eyes.aspect)) ? 'closed' : 'open',
  );
  const count = states.filter((state, at) => state === 'closed' && states[at - 1] !== 'closed').length;
  const deepest = Math.min(...ratios.filter((_, at) => states[at] === 'closed').map(meanRatio));
  return { valid: count > 0, count, measured: measured.length, confidence: count > 0 ? depth(deepest) : 0 };
}

interface Still extends EyePair<number> {
  readonly isFrontal: boolean;
  /** See {@link eyesOverNose}. */
  readonly aspect: number;
}

function toStill(face: FaceFacts | undefined): Still[] {
  const eyes = face && valueIfMeasured(face.eyes);
  const pose = face && valueIfMeasured(face.pose);
  const mesh = face && valueIfMeasured(face.mesh);
  if (!eyes || !pose || !mesh) return [];
  const isFrontal = Math.abs(pose.yaw) <= yaw.value && Math.abs(pose.pitch) <= limits.frontal.value;
  const aspect = eyesOverNose(mesh);
  return [{ left: eyes.left.lidGap, right: eyes.right.lidGap, isFrontal, aspect }];
}

/** The lid gaps of the most open frontal still of each eye; 0 where there is none. */
function openEyes(stills: readonly Still[]): EyePair<number> {
  const frontal = stills.filter(({ isFrontal }) => isFrontal);
  return {
    left: Math.max(0, ...frontal.map(({ left }) => left)),
    right: Math.max(0, ...frontal.map(({ right }) => right)),
  };
}

/** Lid gaps over the open ones; eyes that nobody saw open are neither open nor closed. */
function ratiosOf(still: Still, baseline: EyePair<number>): EyePair<number> {
  if (!still.isFrontal || Math.min(baseline.left, baseline.right) < limits.openGap.value)
    return { left: Number.NaN, right: Number.NaN };
  return { left: still.left / baseline.left, right: still.right / baseline.right };
}

function isOpen(eyes: EyePair<number>): boolean {
  return meanRatio(eyes) >= limits.reopened.value;
}

function isClosed(eyes: EyePair<number>): boolean {
  return meanRatio(eyes) < limits.closed.value && Math.max(eyes.left, eyes.right) < limits.eachClosed.value;
}

function meanRatio({ left, right }: EyePair<number>): number {
  return mean([left, right]);
}

function depth(ratio: number): number {
  const { atLimit, fullAt } = confidence;
  const share = (limits.closed.value - ratio) / (limits.closed.value - fullAt);
  return atLimit + (1 - atLimit) * clamp(share, 0, 1);
}
