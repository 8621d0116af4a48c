/**
 * Points of the 468-point mesh (MediaPipe's canonical face model); sides are the subject's own. A mesh is
 * flat, `[x0, y0, z0, x1, …]`: pixels; z in the same pixels, smaller is nearer.
 */
export const meshPoints = {
  rightOuterEyeCorner: 33,
  leftOuterEyeCorner: 263,
  /** Between the brows, and under the nose. */
  noseBridge: 168,
  noseBase: 2,
  rightEar: 234,
  leftEar: 454,
  foreheadTop: 10,
  chin: 152,
} as const;

/** How far apart two points are in the image, in pixels. */
export function imageDistance(mesh: Float32Array, from: number, to: number): number {
  return Math.hypot(mesh[to * 3]! - mesh[from * 3]!, mesh[to * 3 + 1]! - mesh[from * 3 + 1]!);
}

/** How far apart two points are in space, in pixels: it hardly changes when a head turns. */
export function spaceDistance(mesh: Float32Array, from: number, to: number): number {
  return Math.hypot(...[0, 1, 2].map((axis) => mesh[to * 3 + axis]! - mesh[from * 3 + axis]!));
}

/** Distance of the outer corners of the eyes in the image, in pixels: the measure of a face's size. */
export function eyeDistance(mesh: Float32Array): number {
  return imageDistance(mesh, meshPoints.rightOuterEyeCorner, meshPoints.leftOuterEyeCorner);
}
