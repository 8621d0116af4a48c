import { createCipheriv } from 'node:crypto';

/** Turns vectors of one length around the origin: all distances and angles between them stay as they are. */
export type Rotation = (vector: Float32Array) => Float32Array;

/**
 * A rotation (or reflection) that only who has the key can repeat or undo, drawn evenly from all there are: a product
 * of Householder reflections, each of which turns one axis to where a normal deviate points, in the dimensions that are
 * left (Stewart 1980, "The efficient generation of random orthogonal matrices with an application to condition
 * estimators"; the signs as in Mezzadri 2007, "How to generate random matrices from the classical compact groups").
 *
 * @param key 32 bytes
 * @param size how many numbers a vector has
 */
export function secretRotation(key: Uint8Array, size: number): Rotation {
  const normal = normalDeviates(key, (size * (size + 1)) / 2);
  const reflections: Float64Array[] = [];
  const signs: number[] = [];
  for (let offset = 0, used = 0; offset < size; offset++) {
    const target = normal.slice(used, used + size - offset);
    used += target.length;
    const sign = target[0]! < 0 ? -1 : 1;
    target[0]! += sign * Math.hypot(...target);
    reflections.push(unit(target));
    signs.push(-sign);
  }
  return (vector) => {
    if (vector.length !== size) throw new RangeError(`A vector of ${size} numbers is expected.`);
    const turned = Float64Array.from(vector, (value, at) => value * signs[at]!);
    for (let offset = size - 1; offset >= 0; offset--) reflect(turned, reflections[offset]!, offset);
    return Float32Array.from(turned);
  };
}

/** Mirrors the last numbers of a vector, from `offset` on, at the plane that a unit vector stands on. */
function reflect(vector: Float64Array, along: Float64Array, offset: number): void {
  let product = 0;
  for (let at = 0; at < along.length; at++) product += along[at]! * vector[offset + at]!;
  for (let at = 0; at < along.length; at++) vector[offset + at]! -= 2 * product * along[at]!;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Normal deviates (Box and Muller 1958) from a keyed stream: AES-256 in counter mode. */
function normalDeviates(key: Uint8Array, count: number): Float64Array {
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const pairs = Math.ceil(count / 2);
  const stream = cipher.update(Buffer.alloc(pairs * 8));
  const deviates = new Float64Array(pairs * 2);
  for (let pair = 0; pair < pairs; pair++) {
    // Neither is 0, whose logarithm there is none of.
    const [one, other] = [0, 4].map((at) => (stream.readUInt32LE(pair * 8 + at) + 0.5) / 2 ** 32);
    const radius = Math.sqrt(-2 * Math.log(one!));
    deviates[pair * 2] = radius * Math.cos(2 * Math.PI * other!);
    deviates[pair * 2 + 1] = radius * Math.sin(2 * Math.PI * other!);
  }
  return deviates.subarray(0, count);
}
