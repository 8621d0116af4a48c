import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random.ts';
import type { RgbImage } from '../media/image.ts';
import { type PixelRectangle, reduceByArea, resizeBilinear } from './resizing.ts';

/** For a target position: which source positions count how much, in their order. */
type Mix = (at: number) => readonly (readonly [position: number, share: number])[];

/** Each pixel is under a target pixel for a part of its length. */
const byArea =
  (length: number, target: number): Mix =>
  (at) => {
    const span = length / target;
    const start = at * span;
    const mixed: [number, number][] = [];
    for (let pixel = Math.floor(start); pixel < start + span; pixel++) {
      const covered = Math.min(pixel + 1, start + span) - Math.max(pixel, start);
      mixed.push([pixel, Math.fround(covered / span)]);
    }
    return mixed;
  };

/** The two pixels on either side of the target pixel's centre. */
const bilinear =
  (length: number, target: number): Mix =>
  (at) => {
    const centre = ((at + 0.5) * length) / target - 0.5;
    const right = Math.fround(centre - Math.floor(centre));
    return [
      [Math.floor(centre), Math.fround(1 - right)],
      [Math.floor(centre) + 1, right],
    ];
  };

/** One value after the other, rounded as often as it is stored, with nothing done to be fast. */
function plainly(image: RgbImage, across: Mix, down: Mix, place: Place, width: number, height: number) {
  const result = new Float32Array(width * height * 3);
  for (let at = 0; at < result.length; at++) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    for (const [row, share] of down(y))
      for (const [column, part] of across(x)) {
        const from = place.row(row) * image.width + place.column(column);
        result[at]! += share * part * image.data[from * 3 + (at % 3)]!;
      }
  }
  return result;
}

interface Place {
  readonly column: (position: number) => number;
  readonly row: (position: number) => number;
}

/** -2 is 2, and with 5 pixels 5 is 3. */
function reflected(position: number, length: number): number {
  if (length === 1) return 0;
  if (position < 0) return reflected(-position, length);
  return position < length ? position : reflected(2 * (length - 1) - position, length);
}

const random = seededRandom(7);
const below = (limit: number) => Math.floor(random() * limit);

function randomImage(): RgbImage {
  const [width, height] = [1 + below(60), 1 + below(60)];
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => below(256)) };
}

/** Partly outside the image, now and then. */
function randomRectangle({ width, height }: RgbImage): PixelRectangle {
  const [x, y] = [below(width + 10) - 10, below(height + 10) - 10];
  return { x, y, width: 1 + below(width + 10), height: 1 + below(height + 10) };
}

describe('resizing gives the plain definition, to the last bit,', () => {
  const cases = Array.from({ length: 60 }, () => {
    const image = randomImage();
    return { image, from: randomRectangle(image), width: 1 + below(20), height: 1 + below(20) };
  });

  it('by area', () => {
    for (const { image, from, width, height } of cases) {
      const mix = (length: number, target: number) => (length > target ? byArea : bilinear)(length, target);
      const place = {
        column: (position: number) => reflected(from.x + position, image.width),
        row: (position: number) => reflected(from.y + position, image.height),
      };
      const plain = plainly(image, mix(from.width, width), mix(from.height, height), place, width, height);
      expect(reduceByArea(image, from, width, height)).toEqual(plain);
    }
  });

  it('bilinearly', () => {
    const inside = (position: number, last: number) => Math.min(Math.max(position, 0), last);
    for (const { image, from, width, height } of cases) {
      const place = {
        column: (position: number) => inside(from.x + inside(position, from.width - 1), image.width - 1),
        row: (position: number) => inside(from.y + inside(position, from.height - 1), image.height - 1),
      };
      const [across, down] = [bilinear(from.width, width), bilinear(from.height, height)];
      const plain = plainly(image, across, down, place, width, height);
      expect(resizeBilinear(image, from, width, height)).toEqual(plain);
    }
  });
});
