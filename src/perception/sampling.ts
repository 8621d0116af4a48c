import type { Point } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';

/**
 * A similarity transform from crop to image coordinates, both in continuous pixels (the centre of the
 * first pixel is at 0.5, 0.5):
 * `x' = a·x − b·y + tx`, `y' = b·x + a·y + ty`, mirrored crops with `x` counted from the right.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** A square part of an image, turned clockwise by `angle` radians about its centre. */
export interface Square {
  readonly centre: Point;
  readonly side: number;
  readonly angle: number;
}

/** The transform that lays a crop of `size` × `size` pixels over a square of the image. */
export function squareTransform(square: Square, size: number): Similarity {
  const scale = square.side / size;
  const a = scale * Math.cos(square.angle);
  const b = scale * Math.sin(square.angle);
  const middle = size / 2;
  return {
    a,
    b,
    tx: square.centre.x - a * middle + b * middle,
    ty: square.centre.y - b * middle - a * middle,
  };
}

/** Maps a crop's point into the image. */
export function toImage({ a, b, tx, ty }: Similarity, x: number, y: number): Point {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty };
}

/** How pixels become numbers: `value = byte · scale + offset`. */
export interface TensorFormat {
  readonly layout: 'nhwc' | 'nchw';
  readonly order: 'rgb' | 'bgr';
  readonly scale: number;
  readonly offset: number;
}

/** An image with its successively halved copies, so that strong reductions do not alias. */
export type Pyramid = readonly [RgbImage, ...RgbImage[]];

/** Halves an image until its longer side is at most `smallest` pixels. */
export function buildPyramid(image: RgbImage, smallest: number): Pyramid {
  const levels: [RgbImage, ...RgbImage[]] = [image];
  let level = image;
  while (Math.max(level.width, level.height) > smallest && Math.min(level.width, level.height) > 1) {
    level = halve(level);
    levels.push(level);
  }
  return levels;
}

/** Means of 2×2 pixels; an odd last row or column is dropped. */
function halve({ width, height, data }: RgbImage): RgbImage {
  const halfWidth = width >> 1;
  const halfHeight = height >> 1;
  const half = new Uint8Array(halfWidth * halfHeight * 3);
  const row = width * 3;
  let at = 0;
  for (let y = 0; y < halfHeight; y++) {
    let from = y * 2 * row;
    for (let x = 0; x < halfWidth; x++, from += 6) {
      for (let c = from; c < from + 3; c++) {
        half[at++] = (data[c]! + data[c + 3]! + data[c + row]! + data[c + row + 3]! + 2) >> 2;
      }
    }
  }
  return { width: halfWidth, height: halfHeight, data: half };
}

/**
 * Samples a `width` × `height` crop bilinearly into `target` from `position` on, black outside the
 * image. Reductions by more than two start from the pyramid's level of nearly the same resolution.
 */
export function sampleCrop(
  pyramid: Pyramid,
  transform: Similarity,
  size: { readonly width: number; readonly height: number; readonly mirrored?: boolean },
  format: TensorFormat,
  target: Float32Array,
  position = 0,
): void {
  const reduction = Math.hypot(transform.a, transform.b);
  const level = Math.min(Math.max(Math.floor(Math.log2(reduction)), 0), pyramid.length - 1);
  const image = pyramid[level] as RgbImage;
  const shrink = 2 ** -level;
  const { width, height } = size;
  const pixelStep = format.layout === 'nhwc' ? 3 : 1;
  const channelStep = format.layout === 'nhwc' ? 1 : width * height;
  const [first, last] = format.order === 'rgb' ? [0, 2] : [2, 0];
  const stepX = transform.a * shrink;
  const stepY = transform.b * shrink;
  const pixel = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    const start = toImage(transform, 0.5, y + 0.5);
    let imageX = start.x * shrink - 0.5;
    let imageY = start.y * shrink - 0.5;
    for (let x = 0; x < width; x++, imageX += stepX, imageY += stepY) {
      bilinear(image, imageX, imageY, pixel);
      const column = size.mirrored ? width - 1 - x : x;
      const at = position + (y * width + column) * pixelStep;
      target[at + first * channelStep] = pixel[0]! * format.scale + format.offset;
      target[at + channelStep] = pixel[1]! * format.scale + format.offset;
      target[at + last * channelStep] = pixel[2]! * format.scale + format.offset;
    }
  }
}

/** Reads the pixel at (x, y), where integers are pixel centres; black outside the image. */
function bilinear({ width, height, data }: RgbImage, x: number, y: number, pixel: Float64Array): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const down = y - top;
  if (left >= 0 && top >= 0 && left < width - 1 && top < height - 1) {
    const at = (top * width + left) * 3;
    const below = at + width * 3;
    for (let c = 0; c < 3; c++) {
      const upper = data[at + c]! + (data[at + c + 3]! - data[at + c]!) * right;
      const lower = data[below + c]! + (data[below + c + 3]! - data[below + c]!) * right;
      pixel[c] = upper + (lower - upper) * down;
    }
    return;
  }
  pixel.fill(0);
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 2; column++) {
      const px = left + column;
      const py = top + row;
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const weight = (column ? right : 1 - right) * (row ? down : 1 - down);
      const at = (py * width + px) * 3;
      for (let c = 0; c < 3; c++) pixel[c]! += data[at + c]! * weight;
    }
}
