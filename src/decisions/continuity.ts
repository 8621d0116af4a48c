import calibration from './calibration/challenge.json' with { type: 'json' };

/**
 * Whether a face is somewhere else than it can have gone: too far away, or of another size. Somebody else's
 * head, or another take.
 *
 * @param before 468 mesh points, flat `[x0, y0, z0, …]` in pixels; they are of one size however the head turns
 * @param now those of the next frame
 * @param milliseconds between the two; after a while a head may be anywhere
 */
export function isCut(before: Float32Array, now: Float32Array, milliseconds: number): boolean {
  const { within, distance, sizes } = calibration.cut;
  if (milliseconds > within.value) return false;
  const [one, other] = [sphereOf(before), sphereOf(now)];
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
