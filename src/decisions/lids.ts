import calibration from './calibration/blink.json' with { type: 'json' };
import type { FaceChange, Pose } from './facts.ts';

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
 * is, and they take some frames; what is drawn across a picture, or another picture, does not.
 *
 * @param samples of the whole clip
 * @param closing of which samples `before` to `after` are one closing and reopening
 */
export function suspectLids(
  samples: readonly LidSample[],
  closing: { readonly before: number; readonly lowest: number; readonly after: number },
): 'covered' | 'abrupt' | undefined {
  const during = samples.slice(closing.before, closing.after + 1);
  if (during.some((sample) => isCovered(samples, sample))) return 'covered';
  return isAbrupt(during, 1 - samples[closing.lowest]!.ratio) ? 'abrupt' : undefined;
}

function isCovered(samples: readonly LidSample[], { at, pose, change }: LidSample): boolean {
  if (!change) return false;
  const earlier = samples.filter((sample) => sample.at <= at && at - sample.at <= lids.memory.value);
  const turn = Math.max(...earlier.map((sample) => angleBetween(sample.pose, pose)));
  // A head that turns shows other skin at the same places.
  const allowance = lids.turnAllowance.value * turn;
  return change.step.beside > lids.besideStep.value || change.lately.beside - allowance > lids.beside.value;
}

/** Both shut and opened from one frame to the next, where frames are so close that lids show between. */
function isAbrupt(samples: readonly LidSample[], depth: number): boolean {
  let [fall, rise] = [0, 0];
  for (const [index, { at, ratio }] of samples.slice(1).entries()) {
    const before = samples[index]!;
    if (at - before.at > lids.abruptWithin.value) return false;
    fall = Math.max(fall, before.ratio - ratio);
    rise = Math.max(rise, ratio - before.ratio);
  }
  return fall > lids.abruptFall.value * depth && rise > lids.abruptRise.value * depth;
}

function angleBetween(one: Pose, other: Pose): number {
  return Math.hypot(one.yaw - other.yaw, one.pitch - other.pitch);
}
