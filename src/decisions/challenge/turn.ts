import calibration from '../calibration/challenge.json' with { type: 'json' };
import type { Pose } from '../facts.ts';

/** Where the user is asked to turn; the subject's own sides. */
export type Direction = 'LEFT' | 'RIGHT' | 'UP' | 'DOWN';

/** Where a head points, seen from its neutral pose: `BETWEEN` is neither a turn nor the centre. */
export type Bearing = 'CENTER' | Direction | 'BETWEEN';

/** The pose of somebody who looks at the camera, in degrees. */
export type NeutralPose = Pick<Pose, 'yaw' | 'pitch'>;

/** Where a head points. Every number is from `calibration/challenge.json`. */
export function bearingOf(pose: NeutralPose, neutral: NeutralPose): Bearing {
  const { turn, centre } = calibration;
  const yaw = pose.yaw - neutral.yaw;
  const pitch = pose.pitch - neutral.pitch;
  const [sideways, upright] = [Math.abs(yaw), Math.abs(pitch)];
  if (Math.max(sideways, upright) <= centre.within.value) return 'CENTER';
  if (sideways >= turn.yaw.value && sideways >= turn.dominance.value * upright)
    return yaw < 0 ? 'LEFT' : 'RIGHT';
  if (upright >= turn.pitch.value && upright >= turn.dominance.value * sideways)
    return pitch > 0 ? 'UP' : 'DOWN';
  return 'BETWEEN';
}

/** How long a head has pointed one way; times in milliseconds. */
export interface Hold {
  readonly bearing: Bearing;
  readonly since: number;
  readonly until: number;
  readonly frames: number;
}

/**
 * Goes on with a hold, or begins another.
 *
 * @param bearing null where the face was not measured: a short loss does not end a hold, for the mesh is
 *   lost in far turns
 */
export function holdOn(hold: Hold | null, bearing: Bearing | null, at: number): Hold | null {
  const goesOn = hold !== null && at - hold.until <= calibration.turn.bridge.value;
  if (bearing === null) return goesOn ? hold : null;
  if (goesOn && hold.bearing === bearing) return { ...hold, until: at, frames: hold.frames + 1 };
  return { bearing, since: at, until: at, frames: 1 };
}

/** The turn or the centre that is held, once it is held for long enough. */
export function heldBearing(hold: Hold | null): 'CENTER' | Direction | null {
  if (hold === null || hold.bearing === 'BETWEEN' || hold.frames < calibration.turn.frames.value) return null;
  const needed = hold.bearing === 'CENTER' ? calibration.centre.hold : calibration.turn.hold;
  return hold.until - hold.since >= needed.value ? hold.bearing : null;
}
