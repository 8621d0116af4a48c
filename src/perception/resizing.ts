import type { RgbImage } from '../media/image.ts';

/** A rectangle of whole pixels; `x`, `y` is its first pixel. */
export interface PixelRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** For each target position along one axis: the source pixels it mixes, and their shares. */
interface Taps {
  readonly first: Int32Array;
  readonly count: number;
  readonly weights: Float32Array;
}

/**
 * Resizes a rectangle bilinearly without smoothing, as OpenCV's `INTER_LINEAR` does; pixels beyond the
 * rectangle repeat its border.
 *
 * @returns interleaved RGB, 0..255, `width · height · 3` long
 */
export function resizeBilinear(
  image: RgbImage,
  from: PixelRectangle,
  width: number,
  height: number,
): Float32Array {
  const clampTo = (start: number, length: number, last: number) => (position: number) =>
    Math.min(Math.max(start + Math.min(Math.max(position, 0), length - 1), 0), last);
  return resample(image, bilinearTaps(from.width, width), bilinearTaps(from.height, height), {
    column: clampTo(from.x, from.width, image.width - 1),
    row: clampTo(from.y, from.height, image.height - 1),
    width,
    height,
  });
}

/**
 * Resizes a rectangle by averaging the pixels under each target pixel (bilinearly where it grows);
 * outside the image it continues as its mirror, the border pixel not repeated (OpenCV's `REFLECT_101`).
 *
 * @returns interleaved RGB, 0..255, `width · height · 3` long
 */
export function reduceByArea(
  image: RgbImage,
  from: PixelRectangle,
  width: number,
  height: number,
): Float32Array {
  const taps = (length: number, target: number) =>
    (length > target ? areaTaps : bilinearTaps)(length, target);
  return resample(image, taps(from.width, width), taps(from.height, height), {
    column: (position) => mirror(from.x + position, image.width),
    row: (position) => mirror(from.y + position, image.height),
    width,
    height,
  });
}

function bilinearTaps(length: number, target: number): Taps {
  const first = new Int32Array(target);
  const weights = new Float32Array(target * 2);
  for (let at = 0; at < target; at++) {
    const position = ((at + 0.5) * length) / target - 0.5;
    first[at] = Math.floor(position);
    weights[at * 2 + 1] = position - Math.floor(position);
    weights[at * 2] = 1 - weights[at * 2 + 1]!;
  }
  return { first, count: 2, weights };
}

function areaTaps(length: number, target: number): Taps {
  const span = length / target;
  const count = Math.ceil(span) + 1;
  const first = new Int32Array(target);
  const weights = new Float32Array(target * count);
  for (let at = 0; at < target; at++) {
    const start = at * span;
    first[at] = Math.floor(start);
    for (let tap = 0; tap < count; tap++) {
      const pixel = Math.floor(start) + tap;
      const covered = Math.min(pixel + 1, start + span) - Math.max(pixel, start);
      weights[at * count + tap] = Math.max(covered, 0) / span;
    }
  }
  return { first, count, weights };
}

function resample(
  image: RgbImage,
  horizontal: Taps,
  vertical: Taps,
  target: {
    readonly column: (position: number) => number;
    readonly row: (position: number) => number;
    readonly width: number;
    readonly height: number;
  },
): Float32Array {
  const result = new Float32Array(target.width * target.height * 3);
  const { data } = image;
  const columns = sources(horizontal, target.column, 3);
  const rows = sources(vertical, target.row, image.width * 3);
  for (let y = 0; y < target.height; y++)
    for (let v = 0; v < vertical.count; v++) {
      const share = vertical.weights[y * vertical.count + v]!;
      if (share === 0) continue;
      const line = rows[y * vertical.count + v]!;
      let tap = 0;
      // A picture's every pixel comes by here: sums in variables, rounded as the result would round them, are 1.6 times
      // as fast as sums in the result.
      for (let x = 0, at = y * target.width * 3; x < target.width; x++, at += 3) {
        let red = result[at]!;
        let green = result[at + 1]!;
        let blue = result[at + 2]!;
        for (const end = tap + horizontal.count; tap < end; tap++) {
          const weight = share * horizontal.weights[tap]!;
          const from = line + columns[tap]!;
          red = Math.fround(red + weight * data[from]!);
          green = Math.fround(green + weight * data[from + 1]!);
          blue = Math.fround(blue + weight * data[from + 2]!);
        }
        result[at] = red;
        result[at + 1] = green;
        result[at + 2] = blue;
      }
    }
  return result;
}

/** Where the pixels lie that are mixed, as offsets of `step` a position. */
function sources(
  { first, count, weights }: Taps,
  place: (position: number) => number,
  step: number,
): Int32Array {
  return Int32Array.from(weights, (_, at) => place(first[Math.floor(at / count)]! + (at % count)) * step);
}

/** Reflection about the first and last pixel, as often as needed. */
function mirror(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((position % period) + period) % period;
  return folded < length ? folded : period - folded;
}
