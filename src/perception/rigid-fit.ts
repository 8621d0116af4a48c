/** A 3×3 rotation, row by row. */
export type Rotation = readonly [number, number, number, number, number, number, number, number, number];

/**
 * The rotation that best turns `model` onto `points` in the least-squares sense, whatever their
 * positions and scales: Horn's closed form with unit quaternions (Horn 1987, "Closed-form
 * solution of absolute orientation using unit quaternions", J. Opt. Soc. Am. A 4, 629).
 *
 * @param model flat `[x0, y0, z0, …]`
 * @param points flat, of the same length
 */
export function fitRotation(model: Float32Array, points: Float32Array): Rotation {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = crossCovariance(model, points);
  const n = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ];
  return quaternionToRotation(dominantEigenvector(n));
}

/**
 * How far `points` are from the shape of `model`, once it is turned, scaled and moved onto them: the
 * root mean square distance over the points' own spread, 0 (the same shape) to 1.
 */
export function shapeMisfit(model: Float32Array, points: Float32Array, rotation: Rotation): number {
  const [modelMean, pointsMean] = [mean(model), mean(points)];
  let product = 0;
  let modelSpread = 0;
  let pointsSpread = 0;
  for (let at = 0; at < model.length; at += 3)
    for (let row = 0; row < 3; row++) {
      const turned = [0, 1, 2].reduce(
        (sum, axis) => sum + rotation[row * 3 + axis]! * (model[at + axis]! - modelMean[axis]!),
        0,
      );
      const point = points[at + row]! - pointsMean[row]!;
      product += turned * point;
      modelSpread += turned * turned;
      pointsSpread += point * point;
    }
  if (pointsSpread === 0) return 1;
  // The best scale is product / modelSpread; it leaves this share of the spread unexplained.
  return Math.sqrt(Math.max(1 - (product * product) / (modelSpread * pointsSpread), 0));
}

/** `Σ (model − mean) · (points − mean)ᵀ`. */
function crossCovariance(model: Float32Array, points: Float32Array): Rotation {
  const modelMean = mean(model);
  const pointsMean = mean(points);
  const sum = new Float64Array(9);
  for (let at = 0; at < model.length; at += 3)
    for (let row = 0; row < 3; row++) {
      const from = model[at + row]! - modelMean[row]!;
      for (let column = 0; column < 3; column++) {
        sum[row * 3 + column]! += from * (points[at + column]! - pointsMean[column]!);
      }
    }
  return Array.from(sum) as unknown as Rotation;
}

function mean(points: Float32Array): Float64Array {
  const sum = new Float64Array(3);
  for (let at = 0; at < points.length; at++) sum[at % 3]! += points[at]!;
  return sum.map((total) => (total * 3) / points.length);
}

/** The eigenvector of a symmetric matrix with the largest eigenvalue, by cyclic Jacobi rotations. */
function dominantEigenvector(matrix: readonly (readonly number[])[]): number[] {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, row) => a.map((_, column) => (row === column ? 1 : 0)));
  // Ten sweeps are far more than a 4×4 matrix needs to converge to rounding error.
  for (let sweep = 0; sweep < 10; sweep++)
    for (let p = 0; p < size - 1; p++)
      for (let q = p + 1; q < size; q++) {
        if (a[p]![q] === 0) continue;
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        rotate(a, vectors, p, q, Math.cos(angle), Math.sin(angle));
      }
  const largest = a.reduce((best, row, index) => (row[index]! > a[best]![best]! ? index : best), 0);
  return vectors.map((row) => row[largest]!);
}

function rotate(a: number[][], vectors: number[][], p: number, q: number, cos: number, sin: number): void {
  for (const rows of [a, vectors])
    for (const row of rows) {
      const [atP, atQ] = [row[p]!, row[q]!];
      row[p] = cos * atP - sin * atQ;
      row[q] = sin * atP + cos * atQ;
    }
  const [rowP, rowQ] = [[...a[p]!], [...a[q]!]];
  a[p] = rowP.map((value, column) => cos * value - sin * rowQ[column]!);
  a[q] = rowP.map((value, column) => sin * value + cos * rowQ[column]!);
}

function quaternionToRotation([w = 1, x = 0, y = 0, z = 0]: readonly number[]): Rotation {
  return [
    w * w + x * x - y * y - z * z,
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    w * w - x * x + y * y - z * z,
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    w * w - x * x - y * y + z * z,
  ];
}
