/** Mesh points of the outer corners of the subject's right and left eye. */
const outerCorners = [33, 263] as const;

/**
 * How far a head has moved out of a plane: what is left when the landmarks of one view are laid over those
 * of another by the best affine map. A picture that is turned or bent a little moves by almost such a map,
 * a head does not: its nose goes further than its cheeks.
 *
 * @param neutral 468 mesh points, flat `[x0, y0, z0, …]` in pixels; z is not looked at, for the net dreams
 *   up a head's depth for a picture as well
 * @param turned the same points in another view
 * @returns root mean square of the distances left, over the distance of the outer corners of the eyes, both
 *   in the neutral view; 0 where the points say nothing, all being one or on one line
 */
export function affineResidual(neutral: Float32Array, turned: Float32Array): number {
  const to = centred(neutral);
  const from = centred(turned);
  const [xx, xy, yy] = [dot(from.x, from.x), dot(from.x, from.y), dot(from.y, from.y)];
  const determinant = xx * yy - xy * xy;
  const eyes = eyeDistance(neutral);
  if (determinant <= 1e-9 * (xx + yy) ** 2 || eyes === 0) return 0;
  const explained = [to.x, to.y].reduce((sum, target) => {
    const [a, b] = [dot(from.x, target), dot(from.y, target)];
    // The part of the target's spread that the normal equations of the least-squares fit account for.
    return sum + (a * a * yy - 2 * a * b * xy + b * b * xx) / determinant;
  }, 0);
  const left = Math.max(dot(to.x, to.x) + dot(to.y, to.y) - explained, 0);
  return Math.sqrt(left / to.x.length) / eyes;
}

/** The points' coordinates, counted from their mean. */
function centred(mesh: Float32Array): { readonly x: Float64Array; readonly y: Float64Array } {
  const x = Float64Array.from({ length: mesh.length / 3 }, (_, at) => mesh[at * 3]!);
  const y = Float64Array.from({ length: mesh.length / 3 }, (_, at) => mesh[at * 3 + 1]!);
  return { x: fromMean(x), y: fromMean(y) };
}

function fromMean(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, at) => sum + value * other[at]!, 0);
}

function eyeDistance(mesh: Float32Array): number {
  const [right, left] = [outerCorners[0] * 3, outerCorners[1] * 3];
  return Math.hypot(mesh[left]! - mesh[right]!, mesh[left + 1]! - mesh[right + 1]!);
}
