import type { Point } from '../decisions/facts.ts';
import { type Pyramid, type Similarity, sampleCrop, type TensorFormat } from './sampling.ts';

/** Says who a face is. */
export interface Embedder {
  /** See `EmbeddingSpace` in `decisions/facts.ts`: another name whenever vectors stop being comparable. */
  readonly recipe: string;
  /**
   * A vector of unit length, close to the vectors of other pictures of that person in cosine distance.
   *
   * @param mesh the face's 468 points in image pixels, `[x0, y0, z0, …]`
   */
  readonly embed: (pyramid: Pyramid, mesh: Float32Array) => Promise<Float32Array>;
}

/**
 * The points by which faces are laid over each other: centre of the subject's right eye, of their left
 * eye, tip of the nose, right corner of the mouth, left corner. x grows to the image's right.
 */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

/** Mesh points whose mean is each of the five: eyes by their corners and the middles of their lids. */
const fivePointIndices = [[33, 133, 159, 145], [362, 263, 386, 374], [1], [61], [291]] as const;

/** The five points of a face mesh, in its pixels. */
export function fivePoints(mesh: Float32Array): FivePoints {
  return fivePointIndices.map((indices) => ({
    x: indices.reduce((sum: number, index) => sum + mesh[index * 3]!, 0) / indices.length,
    y: indices.reduce((sum: number, index) => sum + mesh[index * 3 + 1]!, 0) / indices.length,
  })) as unknown as FivePoints;
}

/**
 * The similarity (turn, scale, shift; no mirroring) that brings `template` closest to `points` in the
 * least-squares sense: in complex numbers the slope of a linear regression. Umeyama 1991,
 * "Least-squares estimation of transformation parameters between two point patterns".
 */
export function fitSimilarity(template: readonly Point[], points: readonly Point[]): Similarity {
  const [from, to] = [centroid(template), centroid(points)];
  let [along, across, spread] = [0, 0, 0];
  for (const [index, point] of template.entries()) {
    const target = points[index] as Point;
    const [x, y] = [point.x - from.x, point.y - from.y];
    const [u, v] = [target.x - to.x, target.y - to.y];
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const [a, b] = [along / spread, across / spread];
  return { a, b, tx: to.x - a * from.x + b * from.y, ty: to.y - b * from.x - a * from.y };
}

function centroid(points: readonly Point[]): Point {
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
}

/** A chip is sampled at this many times its resolution where the image has more of it to give. */
const oversampling = 2;

/**
 * Samples a square chip and its mirror image, planes of a batch of two `[2, 3, side, side]`. Where that
 * shrinks the face, each value is the mean of 2×2 samples, so that fine structure does not alias.
 *
 * @param transform from chip to image pixels
 */
export function sampleChipAndMirror(
  pyramid: Pyramid,
  transform: Similarity,
  side: number,
  format: Omit<TensorFormat, 'layout'>,
): Float32Array {
  const batch = new Float32Array(2 * 3 * side * side);
  const chip = batch.subarray(0, batch.length / 2);
  const mirror = batch.subarray(batch.length / 2);
  const shrinks = Math.hypot(transform.a, transform.b) > 1;
  const fine = shrinks ? oversampling : 1;
  const samples = fine === 1 ? chip : new Float32Array(chip.length * fine * fine);
  const size = { width: side * fine, height: side * fine };
  const finer = { ...transform, a: transform.a / fine, b: transform.b / fine };
  sampleCrop(pyramid, finer, size, { ...format, layout: 'nchw' }, samples);
  if (fine !== 1) averageCells(samples, side * fine, chip);
  for (let row = 0; row < chip.length; row += side)
    for (let x = 0; x < side; x++) mirror[row + x] = chip[row + side - 1 - x]!;
  return batch;
}

/** Means of 2×2 values of rows of `width` values; planes follow each other as rows do. */
function averageCells(values: Float32Array, width: number, target: Float32Array): void {
  let at = 0;
  for (let row = 0; row < values.length; row += 2 * width)
    for (let x = row; x < row + width; x += 2)
      target[at++] = (values[x]! + values[x + 1]! + values[x + width]! + values[x + width + 1]!) / 4;
}

/**
 * The sum of a batch's vectors, brought to unit length: the one vector of a chip and its mirror image.
 *
 * @param vectors the vectors of the batch, one after the other, `length` values each
 */
export function unitSum(vectors: Float32Array, length: number): Float32Array {
  const sum = new Float32Array(length);
  for (const [at, value] of vectors.entries()) sum[at % length]! += value;
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}
