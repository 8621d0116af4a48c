import { eyeDistance } from '../mesh.ts';

/**
 * How far a head has moved out of a plane: what is left when the landmarks of one view are laid over those
 * of another by the best affine map. A picture that is turned or bent a little moves by almost such a map,
 * a head does not: its nose goes further than its cheeks.
 *
 * @param neutral 468 mesh points, flat `[x0, y0, z0, …]` in any unit; z is not looked at, for the net dreams
 *   up a head's depth for a picture as well
 * @param turned the same points in another view, in a unit of its own
 * @returns root mean square of the distances left, over the distance of the outer corners of the eyes, both
 *   in the neutral view; 0 where the points say nothing, all being one or on one line
 */
export function affineResidual(neutral: Float32Array, turned: Float32Array): number {
  const eyes = eyeDistance(neutral);
  const [x, y, u, v] = [middle(turned, 0), middle(turned, 1), middle(neutral, 0), middle(neutral, 1)];
  let [xx, xy, yy, xu, yu, xv, yv, spread] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < turned.length; at += 3) {
    const [dx, dy] = [turned[at]! - x, turned[at + 1]! - y];
    const [du, dv] = [neutral[at]! - u, neutral[at + 1]! - v];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
    xu += dx * du;
    yu += dy * du;
    xv += dx * dv;
    yv += dy * dv;
    spread += du * du + dv * dv;
  }
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-9 * (xx + yy) ** 2 || eyes === 0) return 0;
  /** What the least-squares fit of one coordinate accounts for, by its normal equations. */
  const explained = (a: number, b: number) => (a * a * yy - 2 * a * b * xy + b * b * xx) / determinant;
  const left = Math.max(spread - explained(xu, yu) - explained(xv, yv), 0);
  return Math.sqrt(left / (turned.length / 3)) / eyes;
}

function middle(mesh: Float32Array, axis: number): number {
  let sum = 0;
  for (let at = axis; at < mesh.length; at += 3) sum += mesh[at]!;
  return sum / (mesh.length / 3);
}
