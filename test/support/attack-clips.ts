import type { Box } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';

/** A picture and when it is shown. */
export interface TimedPicture {
  readonly image: RgbImage;
  readonly milliseconds: number;
}

/** How a flat picture is held: what is left out stays as it is. */
export interface PhotoMove {
  /** Pixels to the right and down. */
  readonly shiftX?: number;
  readonly shiftY?: number;
  /** Degrees clockwise. */
  readonly turn?: number;
  /** Width and height over those of the picture: a tilted or squeezed photograph. */
  readonly stretchX?: number;
  readonly stretchY?: number;
}

/** Something opaque in front of a picture, `bounds` of it at each moment; `undefined`: not in view. */
export interface Cover {
  readonly colour: readonly [number, number, number];
  readonly boundsAt: (milliseconds: number) => Box | undefined;
  /** Rounded as a hand or a finger is. */
  readonly isRound?: boolean;
}

/** Pictures at an even rate. */
export function timedPictures(
  render: (milliseconds: number) => RgbImage,
  { seconds, frameRate }: { readonly seconds: number; readonly frameRate: number },
): TimedPicture[] {
  return Array.from({ length: Math.round(seconds * frameRate) }, (_, frame) => {
    const milliseconds = (frame * 1000) / frameRate;
    return { image: render(milliseconds), milliseconds };
  });
}

/** Hands do not hold still: a photograph's small movements, in pixels of a face `width` wide. */
export function handTremor(width: number): (milliseconds: number) => PhotoMove {
  return (milliseconds) => {
    const phase = milliseconds / 1000;
    return {
      shiftX: width * 0.02 * Math.sin(phase * 3.1),
      shiftY: width * 0.015 * Math.sin(phase * 4.3 + 1),
      turn: 1.2 * Math.sin(phase * 2.3),
    };
  };
}

/** The picture moved about the point (`x`, `y`); grey where it does not reach. */
export function movePhoto(image: RgbImage, move: PhotoMove, x: number, y: number): RgbImage {
  const { shiftX = 0, shiftY = 0, turn = 0, stretchX = 1, stretchY = 1 } = move;
  const { width, height, data } = image;
  const moved = new Uint8Array(data.length);
  const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at += 3) {
      const [dx, dy] = [column - x - shiftX, row - y - shiftY];
      const fromX = x + (cos * dx + sin * dy) / stretchX;
      const fromY = y + (cos * dy - sin * dx) / stretchY;
      mix(image, fromX, fromY, moved, at);
    }
  return { width, height, data: moved };
}

function mix({ width, height, data }: RgbImage, x: number, y: number, target: Uint8Array, at: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
    target.fill(110, at, at + 3);
    return;
  }
  const [right, down] = [x - left, y - top];
  const from = (top * width + left) * 3;
  const below = from + width * 3;
  for (let channel = 0; channel < 3; channel++) {
    const upper = data[from + channel]! * (1 - right) + data[from + 3 + channel]! * right;
    const lower = data[below + channel]! * (1 - right) + data[below + 3 + channel]! * right;
    target[at + channel] = Math.round(upper * (1 - down) + lower * down);
  }
}

/** The picture with something in front of it. */
export function cover(image: RgbImage, { colour, boundsAt, isRound = false }: Cover, time: number): RgbImage {
  const bounds = boundsAt(time);
  if (!bounds) return image;
  const data = image.data.slice();
  const [middleX, middleY] = [bounds.x + bounds.width / 2, bounds.y + bounds.height / 2];
  for (let row = 0; row < image.height; row++)
    for (let column = 0; column < image.width; column++) {
      const [across, down] = [
        (2 * (column - middleX)) / bounds.width,
        (2 * (row - middleY)) / bounds.height,
      ].map(Math.abs) as [number, number];
      const isInside = isRound ? across ** 4 + down ** 4 < 1 : across < 1 && down < 1;
      if (isInside) data.set(colour, (row * image.width + column) * 3);
    }
  return { ...image, data };
}
