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
    let up = y * 2 * row;
    for (let x = 0; x < halfWidth; x++, up += 6, at += 3) {
      const low = up + row;
      half[at] = (data[up]! + data[up + 3]! + data[low]! + data[low + 3]! + 2) >> 2;
      half[at + 1] = (data[up + 1]! + data[up + 4]! + data[low + 1]! + data[low + 4]! + 2) >> 2;
      half[at + 2] = (data[up + 2]! + data[up + 5]! + data[low + 2]! + data[low + 5]! + 2) >> 2;
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
  const { data } = image;
  const rowBytes = image.width * 3;
  const [lastColumn, lastRow] = [image.width - 1, image.height - 1];
  const { scale, offset } = format;
  const pixelStep = format.layout === 'nhwc' ? 3 : 1;
  const channelStep = format.layout === 'nhwc' ? 1 : width * height;
  const red = format.order === 'rgb' ? 0 : 2 * channelStep;
  const blue = 2 * channelStep - red;
  const stepX = transform.a * shrink;
  const stepY = transform.b * shrink;
  const targetStep = size.mirrored ? -pixelStep : pixelStep;
  // One flat loop: this is where perception spends its own time, and calls or small arrays cost most of it.
  for (let y = 0; y < height; y++) {
    const start = toImage(transform, 0.5, y + 0.5);
    let imageX = start.x * shrink - 0.5;
    let imageY = start.y * shrink - 0.5;
    let at = position + (y * width + (size.mirrored ? width - 1 : 0)) * pixelStep;
    for (let x = 0; x < width; x++, imageX += stepX, imageY += stepY, at += targetStep) {
      if (imageX >= 0 && imageY >= 0 && imageX < lastColumn && imageY < lastRow) {
        const left = imageX | 0;
        const top = imageY | 0;
        const right = imageX - left;
        const down = imageY - top;
        const a = (1 - right) * (1 - down) * scale;
        const b = right * (1 - down) * scale;
        const c = (1 - right) * down * scale;
        const d = right * down * scale;
        const from = top * rowBytes + left * 3;
        const below = from + rowBytes;
        target[at + red] =
          a * data[from]! + b * data[from + 3]! + c * data[below]! + d * data[below + 3]! + offset;
        target[at + channelStep] =
          a * data[from + 1]! + b * data[from + 4]! + c * data[below + 1]! + d * data[below + 4]! + offset;
        target[at + blue] =
          a * data[from + 2]! + b * data[from + 5]! + c * data[below + 2]! + d * data[below + 5]! + offset;
      } else if (imageX <= -1 || imageY <= -1 || imageX >= image.width || imageY >= image.height) {
        target[at + red] = target[at + channelStep] = target[at + blue] = offset;
      } else {
        const [r, g, b] = pixelAtBorder(image, imageX, imageY);
        target[at + red] = r * scale + offset;
        target[at + channelStep] = g * scale + offset;
        target[at + blue] = b * scale + offset;
      }
    }
  }
}

/** The pixel at (x, y), where integers are pixel centres, mixed with the black outside the image. */
function pixelAtBorder({ width, height, data }: RgbImage, x: number, y: number): [number, number, number] {
  const mixed: [number, number, number] = [0, 0, 0];
  for (const py of [Math.floor(y), Math.floor(y) + 1])
    for (const px of [Math.floor(x), Math.floor(x) + 1]) {
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const weight = (1 - Math.abs(px - x)) * (1 - Math.abs(py - y));
      for (let c = 0; c < 3; c++) mixed[c]! += data[(py * width + px) * 3 + c]! * weight;
    }
  return mixed;
}
