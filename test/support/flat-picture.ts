import type { Point } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';

/** How a flat picture is held before a camera. */
export interface PictureHold {
  readonly axis: 'yaw' | 'pitch';
  readonly degrees: number;
  /** From the camera to the axis, in pixels. */
  readonly distance: number;
}

/** A photograph of `image`, turned about an axis through `centre`, as a pinhole camera sees it. */
export function turnPicture(
  image: RgbImage,
  centre: Point,
  { axis, degrees, distance }: PictureHold,
): RgbImage {
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3).fill(90);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [across, along] = axis === 'yaw' ? [x - centre.x, y - centre.y] : [y - centre.y, x - centre.x];
      // Where the ray through this pixel meets the picture: across the axis, and along it.
      const onPicture = (across * distance) / (distance * cos - across * sin);
      const alongPicture = (along * (distance + onPicture * sin)) / distance;
      const [sx, sy] = axis === 'yaw' ? [onPicture, alongPicture] : [alongPicture, onPicture];
      copyPixel(image, centre.x + sx, centre.y + sy, data, (y * width + x) * 3);
    }
  return { width, height, data };
}

/** Between the four pixels around a place, by their distances; outside the picture the table shows. */
function copyPixel(image: RgbImage, x: number, y: number, to: Uint8Array, at: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= image.width - 1 || top >= image.height - 1) return;
  const [right, down] = [x - left, y - top];
  for (let channel = 0; channel < 3; channel++) {
    const pixel = (dx: number, dy: number) =>
      image.data[((top + dy) * image.width + left + dx) * 3 + channel]!;
    const above = pixel(0, 0) * (1 - right) + pixel(1, 0) * right;
    const below = pixel(0, 1) * (1 - right) + pixel(1, 1) * right;
    to[at + channel] = above * (1 - down) + below * down;
  }
}
