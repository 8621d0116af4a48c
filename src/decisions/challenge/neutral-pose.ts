import calibration from '../calibration/challenge.json' with { type: 'json' };
import type { NeutralPose } from './turn.ts';

/** A look that may become the neutral pose: how it began, and its mean so far, in degrees. */
export interface SteadyLook extends NeutralPose {
  readonly since: number;
  readonly until: number;
  readonly frames: number;
}

/**
 * Goes on with a steady look, or begins another.
 *
 * @param pose null where the face was not measured
 * @returns null where the face does not look towards the camera
 */
export function lookOn(look: SteadyLook | null, pose: NeutralPose | null, at: number): SteadyLook | null {
  const { yaw, pitch, steady } = calibration.neutral;
  if (pose === null || Math.abs(pose.yaw) > yaw.value || Math.abs(pose.pitch) > pitch.value) return null;
  const isSteady =
    look !== null &&
    at - look.until <= calibration.turn.bridge.value &&
    Math.max(Math.abs(pose.yaw - look.yaw), Math.abs(pose.pitch - look.pitch)) <= steady.value;
  if (!isSteady) return { since: at, until: at, frames: 1, yaw: pose.yaw, pitch: pose.pitch };
  const frames = look.frames + 1;
  return {
    since: look.since,
    until: at,
    frames,
    yaw: look.yaw + (pose.yaw - look.yaw) / frames,
    pitch: look.pitch + (pose.pitch - look.pitch) / frames,
  };
}

/** The neutral pose, once a look was steady for long enough. */
export function neutralPoseOf(look: SteadyLook | null): NeutralPose | null {
  const { hold, frames } = calibration.neutral;
  if (look === null || look.frames < frames.value || look.until - look.since < hold.value) return null;
  return { yaw: look.yaw, pitch: look.pitch };
}
