import calibration from '../calibration/blink.json' with { type: 'json' };
import type { FaceChange, Pose } from '../facts.ts';

const { lids } = calibration;

/** What is looked at of one frame about a closing of the eyes. */
export interface LidSample {
  /** Milliseconds since the clip's first frame. */
  readonly at: number;
  /** Mean lid gap of both eyes over the baseline. */
  readonly ratio: number;
  readonly pose: Pose;
  readonly change: FaceChange | undefined;
}

/**
 * Whether it was lids that closed and reopened the eyes. Lids leave the skin between and beside the eyes as it
 * is, and they take some frames; what is drawn across a picture, or another picture, does not. Where the head turns
 * meanwhile nobody can tell, and nobody is accused.
 *
 * @param samples of the whole clip
 * @param closing of which samples `before` to `after` are one closing and reopening
 */
export function suspectLids(
  samples: readonly LidSample[],
  closing: { readonly before: number; readonly lowest: number; readonly after: number },
): 'covered' | 'abrupt' | 'head_moved' | undefined {
  const during = samples.slice(closing.before, closing.after + 1);
  const turns = during.map((_, at) => turnBefore(samples, closing.before + at));
  const covered = turns.filter((turn, at) => isCovered(during[at]!, turn));
  if (covered.length > 0)
    return covered.every((turn) => turn > lids.turning.value) ? 'head_moved' : 'covered';
  return isAbrupt(during, 1 - samples[closing.lowest]!.ratio) ? 'abrupt' : undefined;
}

function isCovered({ change }: LidSample, turn: number): boolean {
  if (!change) return false;
  // A head that turns shows other skin at the same places.
  const allowance = lids.turnAllowance.value * turn;
  return change.step > lids.besideStep.value || change.lately - allowance > lids.beside.value;
}

/** Degrees by which the head turned, at most, since the face that `change.lately` compares with. */
function turnBefore(samples: readonly LidSample[], now: number): number {
  const { at, pose } = samples[now]!;
  let most = 0;
  for (let before = now - 1; before >= 0; before--) {
    const earlier = samples[before]!;
    most = Math.max(most, angleBetween(earlier.pose, pose));
    if (earlier.at <= at - lids.memory.value) break;
  }
  return most;
}

/** Both shut and opened from one frame to the next, though frames are so close that lids show between. */
function isAbrupt(samples: readonly LidSample[], depth: number): boolean {
  let [fall, rise, interval] = [0, 0, 0];
  for (const [index, { at, ratio }] of samples.slice(1).entries()) {
    const before = samples[index]!;
    interval = Math.max(interval, at - before.at);
    fall = Math.max(fall, (before.ratio - ratio) / depth);
    rise = Math.max(rise, (ratio - before.ratio) / depth);
  }
  const { within, flicker, ...abrupt } = lids.abrupt;
  const limits = interval <= within.value ? abrupt.dense : abrupt.sparse;
  // The limits were seen where eyes shut wholly. Of a shallower closing the same flicker is a larger share.
  const allowance = flicker.value * (1 / depth - 1);
  return fall > limits.fall.value - allowance && rise > limits.rise.value - allowance;
}

function angleBetween(one: Pose, other: Pose): number {
  return Math.hypot(one.yaw - other.yaw, one.pitch - other.pitch);
}
