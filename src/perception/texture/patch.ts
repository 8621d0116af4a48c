import type { Box } from '../../decisions/facts.ts';
import type { RgbImage } from '../../media/image.ts';

/** Smallest side of a patch, in pixels. */
const smallestSide = 2;

/** Samples of the image along each axis of a patch pixel. */
const samples = 3;

/** A square part of an image at a size that depends little on the image's. */
export interface Patch {
  /** Width and height in pixels. */
  readonly side: number;
  /** Interleaved RGB, 0..255, rows top to bottom. */
  readonly rgb: Float32Array;
  /** ITU-R BT.601 luma, 0..255. */
  readonly luma: Float32Array;
}

/** A square in continuous image pixels, wholly inside the image. */
interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/**
 * Reads the square about a box's centre whose side is `extent` times the box's shorter one; where the
 * image ends, the largest square in the middle of what it shows. Each patch pixel is the mean of 3×3
 * samples of its area. A square is not enlarged: a small face keeps the sharpness of its own pixels.
 *
 * @param largestSide of the patch, in pixels
 */
export function readPatch(image: RgbImage, box: Box, extent: number, largestSide: number): Patch {
  const square = visibleSquare(image, box, extent);
  const side = Math.min(Math.max(Math.floor(square.side), smallestSide), largestSide);
  const columns = sampleOffsets(square.x, square.side, side, 3);
  const rows = sampleOffsets(square.y, square.side, side, 3 * image.width);
  const rgb = new Float32Array(side * side * 3);
  const luma = new Float32Array(side * side);
  const { data } = image;
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = y * samples; row < (y + 1) * samples; row++) {
        const line = rows[row]!;
        for (let column = x * samples; column < (x + 1) * samples; column++) {
          const from = line + columns[column]!;
          red += data[from]!;
          green += data[from + 1]!;
          blue += data[from + 2]!;
        }
      }
      rgb[at * 3] = red / samples ** 2;
      rgb[at * 3 + 1] = green / samples ** 2;
      rgb[at * 3 + 2] = blue / samples ** 2;
      luma[at] = (0.299 * red + 0.587 * green + 0.114 * blue) / samples ** 2;
    }
  return { side, rgb, luma };
}

function visibleSquare(image: RgbImage, box: Box, extent: number): Square {
  const wanted = Math.min(box.width, box.height) * extent;
  const [left, width] = visible(box.x + box.width / 2, wanted, image.width);
  const [top, height] = visible(box.y + box.height / 2, wanted, image.height);
  const side = Math.min(width, height);
  return { x: left + (width - side) / 2, y: top + (height - side) / 2, side };
}

/** Start and length, at least one pixel, of what an axis of the image shows of an interval. */
function visible(centre: number, length: number, imageLength: number): [number, number] {
  const start = Math.min(Math.max(centre - length / 2, 0), imageLength - 1);
  const end = Math.min(Math.max(centre + length / 2, start + 1), imageLength);
  return [start, end - start];
}

/** Where in the image's data the samples along one axis begin, whose pixels stand `step` apart. */
function sampleOffsets(start: number, length: number, side: number, step: number): Int32Array {
  const count = side * samples;
  return new Int32Array(count).map((_, at) => Math.floor(start + ((at + 0.5) * length) / count) * step);
}
