import type { Box } from '../decisions/facts.ts';
import { encodeJpeg } from '../media/encode-image.ts';
import type { RgbImage } from '../media/image.ts';

/**
 * The room around a crop's face, in shares of the box's width and height on each side: hair, ears and chin,
 * which detectors' boxes cut off, and a rim of what is behind the face, where the edges of papers and screens
 * show. A judgement.
 */
const margin = 0.3;

/** A face with its margin, as far as the image goes. */
export interface CropRectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The whole pixels of a face with its margin; at least one pixel, wherever the box lies. */
export function cropRectangle(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  box: Box,
): CropRectangle {
  const [x, columns] = cut(box.x, box.width, width);
  const [y, rows] = cut(box.y, box.height, height);
  return { left: x, top: y, width: columns, height: rows };
}

function cut(start: number, length: number, end: number): readonly [number, number] {
  const from = Math.min(Math.max(Math.floor(start - margin * length), 0), end - 1);
  const to = Math.min(Math.max(Math.ceil(start + (1 + margin) * length), from + 1), end);
  return [from, to - from];
}

/** JPEG of a face with its margin, from the upright image in the resolution in which it was measured. */
export function cropFace(image: RgbImage, box: Box): Promise<Uint8Array> {
  return encodeJpeg(image, cropRectangle(image, box));
}
