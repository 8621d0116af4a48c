import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../media/image.ts';
import { buildPyramid, sampleCrop, squareTransform, toImage } from './sampling.ts';

/** Red grows with x, green with y, blue is 7: positions can be read from colours. */
function ramp(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) data.set([at % width, Math.floor(at / width), 7], at * 3);
  return { width, height, data };
}

const plain = { layout: 'nhwc', order: 'rgb', scale: 1, offset: 0 } as const;

function crop(
  image: RgbImage,
  square: Parameters<typeof squareTransform>[0],
  size: number,
  format = plain as object,
) {
  const target = new Float32Array(size * size * 3);
  const transform = squareTransform(square, size);
  const options = { ...plain, ...format } as Parameters<typeof sampleCrop>[3];
  sampleCrop(buildPyramid(image, 16), transform, { width: size, height: size, ...format }, options, target);
  return target;
}

describe('sampleCrop', () => {
  const image = ramp(100, 80);
  const square = { centre: { x: 40, y: 30 }, side: 10, angle: 0 };

  it('copies pixels where nothing is scaled', () => {
    const pixels = crop(image, square, 10);
    expect(Array.from(pixels.subarray(0, 3))).toEqual([35, 25, 7]);
    expect(Array.from(pixels.subarray(-3))).toEqual([44, 34, 7]);
  });

  it('interpolates between pixel centres when it enlarges', () => {
    const pixels = crop(image, square, 20);
    // The first target pixel's centre lies at 35.25, a quarter pixel left of the centre of pixel 35.
    expect(pixels[0]).toBeCloseTo(34.75, 4);
    expect(pixels[3]).toBeCloseTo(35.25, 4);
  });

  it('turns clockwise with the angle', () => {
    const quarter = crop(image, { ...square, angle: Math.PI / 2 }, 10);
    // The crop's top left corner now is the square's top right one.
    expect(quarter[0]).toBeCloseTo(44, 3);
    expect(quarter[1]).toBeCloseTo(25, 3);
  });

  it('mirrors left and right', () => {
    expect(crop(image, square, 10, { mirrored: true })[0]).toBe(44);
  });

  it('is black outside the image', () => {
    const pixels = crop(image, { ...square, centre: { x: 0, y: 0 } }, 10);
    expect(Array.from(pixels.subarray(0, 3))).toEqual([0, 0, 0]);
    expect(pixels[(5 * 10 + 5) * 3 + 2]).toBe(7);
  });

  it('lays out planes and orders channels', () => {
    const pixels = crop(image, square, 10, { layout: 'nchw', order: 'bgr', scale: 2, offset: -1 });
    expect([pixels[0], pixels[100], pixels[200]]).toEqual([13, 49, 69]);
  });

  it('averages what it reduces instead of picking single pixels', () => {
    const stripes = ramp(256, 256);
    for (let at = 0; at < 256 * 256; at++) stripes.data.fill(at % 2 ? 255 : 0, at * 3, at * 3 + 3);
    const pixels = crop(stripes, { centre: { x: 128, y: 128 }, side: 256, angle: 0 }, 32);
    for (const value of pixels) expect(Math.abs(value - 127.5)).toBeLessThan(2);
  });

  it('keeps positions when it reduces', () => {
    const pixels = crop(ramp(256, 256), { centre: { x: 128, y: 128 }, side: 256, angle: 0 }, 64);
    // Target pixel 10 covers source pixels 40 to 43; halving twice rounds up by half a level at most.
    expect(Math.abs(pixels[10 * 3]! - 41.5)).toBeLessThanOrEqual(0.5);
  });
});

describe('squareTransform', () => {
  it('maps the crop onto the square', () => {
    const transform = squareTransform({ centre: { x: 50, y: 60 }, side: 40, angle: 0.3 }, 20);
    const middle = toImage(transform, 10, 10);
    expect(middle.x).toBeCloseTo(50, 9);
    expect(middle.y).toBeCloseTo(60, 9);
    const right = toImage(transform, 20, 10);
    expect(right.x).toBeCloseTo(50 + 20 * Math.cos(0.3), 9);
    expect(right.y).toBeCloseTo(60 + 20 * Math.sin(0.3), 9);
  });
});
