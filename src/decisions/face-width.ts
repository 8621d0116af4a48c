import calibration from './calibration/blink.json' with { type: 'json' };
import { meshPoints, spaceDistance } from './mesh.ts';

const { aspectChange } = calibration.limits;

/**
 * How much wider a face looks, for its height, in one view than in another; both distances are taken in space,
 * so that the width of a head hardly changes when it turns. It seems to grow a little, for the mesh net
 * draws a deeper head in profile. A picture of a face that is turned or bent becomes narrower instead,
 * while the net reads a third to a half of its turn from it.
 *
 * @param neutral 468 mesh points, flat `[x0, y0, z0, …]` in pixels, of a face that looks at the camera
 * @param turned the same of a face turned in yaw
 * @returns 1: as wide
 */
export function widthRatio(neutral: Float32Array, turned: Float32Array): number {
  return widthOverHeight(turned) / widthOverHeight(neutral);
}

/**
 * Width over height of the middle of a face, which neither lids nor lips move: the outer corners of the eyes
 * over the length of the nose, in space, so that a nod hardly changes it. A picture that is squeezed does.
 *
 * @param mesh 468 mesh points, as above
 */
export function eyesOverNose(mesh: Float32Array): number {
  const { rightOuterEyeCorner, leftOuterEyeCorner, noseBridge, noseBase } = meshPoints;
  return (
    spaceDistance(mesh, rightOuterEyeCorner, leftOuterEyeCorner) / spaceDistance(mesh, noseBridge, noseBase)
  );
}

/** Whether a face that blinks keeps its shape, judged by {@link eyesOverNose} before and meanwhile. */
export function keepsShape(before: number, meanwhile: number): boolean {
  return Math.abs(Math.log(meanwhile / before)) <= Math.log(1 + aspectChange.value);
}

function widthOverHeight(mesh: Float32Array): number {
  const { rightEar, leftEar, foreheadTop, chin } = meshPoints;
  return spaceDistance(mesh, rightEar, leftEar) / spaceDistance(mesh, foreheadTop, chin);
}
