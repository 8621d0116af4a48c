import { readFileSync } from 'node:fs';
import type { Pose } from '../decisions/facts.ts';
import { fitRotation } from './rigid-fit.ts';

/**
 * The face mesh of a mean person who looks straight ahead, flat `[x, y, z, …]` in units of its own
 * spread; `npm run mean-face` measures it and the file says on what.
 */
const meanFace = Float32Array.from(
  (JSON.parse(readFileSync(new URL('./mean-face.json', import.meta.url), 'utf8')) as { points: number[] })
    .points,
);

/**
 * Head pose from a face mesh: the rotation that turns the mean face onto it, taken apart as
 * roll · yaw · pitch (the head tips, then turns, then leans), so that turning the camera changes the
 * roll alone. Signs are those of `decisions/facts.ts`.
 */
export function estimatePose(mesh: Float32Array): Pose {
  const [xx, , , yx, , , zx, zy, zz] = fitRotation(meanFace, mesh);
  return {
    yaw: degrees(Math.asin(Math.min(Math.max(-zx, -1), 1))),
    pitch: -degrees(Math.atan2(zy, zz)),
    roll: degrees(Math.atan2(yx, xx)),
  };
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
