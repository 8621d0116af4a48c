/** Mesh points beside the subject's right and left ear, at the top of the forehead and under the chin. */
const outline = { right: 234, left: 454, top: 10, chin: 152 } as const;

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

function widthOverHeight(mesh: Float32Array): number {
  return distance(mesh, outline.right, outline.left) / distance(mesh, outline.top, outline.chin);
}

function distance(mesh: Float32Array, from: number, to: number): number {
  return Math.hypot(...[0, 1, 2].map((axis) => mesh[to * 3 + axis]! - mesh[from * 3 + axis]!));
}
