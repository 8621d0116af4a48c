import calibration from '../calibration/challenge.json' with { type: 'json' };
import type { Pose } from '../facts.ts';
import { bearingOf, type NeutralPose } from './turn.ts';

/** A face that was measured at a moment: degrees, milliseconds. */
export interface SeenFace {
  readonly at: number;
  readonly pose: Pose;
  /**
   * 468 mesh points, flat `[x0, y0, z0, …]`: they are of one size however the head turns. In shares of the frame's longer
   * side, for clients send larger and smaller frames, as their link allows.
   */
  readonly mesh: Float32Array;
}

/** What is known of the time between two looks at a face. */
export interface Between {
  /** A frame shows no face: the mesh is lost in far turns. */
  readonly wasLost: boolean;
  /** Null before it is known: then a face that was away is not asked for its bearing. */
  readonly neutral: NeutralPose | null;
  /** No model tells faces apart: then a long time without frames is enough to be another. */
  readonly isBlind: boolean;
}

/**
 * Whether a face may be another one than the face before: somebody else's head, or another take. It is
 * somewhere else than it can have gone, of another size, turned faster than heads turn; or it was away, and
 * comes back after a while or in another bearing than it was lost in.
 *
 * A long time without frames makes no cut where each turn shows whose it is: servers and networks are busy at
 * times, and who does as told cannot know that they should come back.
 */
export function isCut(before: SeenFace, now: SeenFace, { wasLost, neutral, isBlind }: Between): boolean {
  const isLong = now.at - before.at > calibration.turn.bridge.value;
  if (isLong && (wasLost || isBlind)) return true;
  if (wasLost && neutral !== null && bearingOf(before.pose, neutral) !== bearingOf(now.pose, neutral))
    return true;
  return isTooFast(before, now) || isMoved(before, now);
}

function isTooFast(before: SeenFace, now: SeenFace): boolean {
  const { speed, atLeast } = calibration.cut;
  const turned = Math.max(
    Math.abs(now.pose.yaw - before.pose.yaw),
    Math.abs(now.pose.pitch - before.pose.pitch),
  );
  return turned > (speed.value * Math.max(now.at - before.at, atLeast.value)) / 1000;
}

function isMoved(before: SeenFace, now: SeenFace): boolean {
  const { within, distance, sizes } = calibration.cut;
  if (now.at - before.at > within.value) return false;
  const [one, other] = [sphereOf(before.mesh), sphereOf(now.mesh)];
  const [small, large] = one.radius < other.radius ? [one, other] : [other, one];
  const moved = Math.hypot(one.x - other.x, one.y - other.y);
  return moved > distance.value * large.radius || large.radius > sizes.value * small.radius;
}

/** The middle of the points, and their root mean square distance from it. */
function sphereOf(mesh: Float32Array): { readonly x: number; readonly y: number; readonly radius: number } {
  const points = mesh.length / 3;
  let [x, y, z, squares] = [0, 0, 0, 0];
  for (let at = 0; at < mesh.length; at += 3) {
    x += mesh[at]! / points;
    y += mesh[at + 1]! / points;
    z += mesh[at + 2]! / points;
  }
  for (let at = 0; at < mesh.length; at += 3)
    squares += (mesh[at]! - x) ** 2 + (mesh[at + 1]! - y) ** 2 + (mesh[at + 2]! - z) ** 2;
  return { x, y, radius: Math.sqrt(squares / points) };
}
