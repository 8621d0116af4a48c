import { describe, expect, it } from 'vitest';
import { reduceByArea, resizeBilinear } from '../resizing.ts';
import { readLogits, shiftedRectangle } from './minifasnet.ts';

const image = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3) };

describe("Silent-Face's crop", () => {
  it('centres the scaled box on the face, the last row and column included', () => {
    const rectangle = shiftedRectangle(image, { x: 270, y: 190, width: 100, height: 100 }, 2.7);
    expect(rectangle).toEqual({ x: 185, y: 105, width: 271, height: 271 });
  });

  it('shifts it back inside the image instead of cutting it', () => {
    const rectangle = shiftedRectangle(image, { x: 0, y: 400, width: 100, height: 80 }, 2.7);
    expect(rectangle).toEqual({ x: 0, y: 263, width: 271, height: 217 });
  });

  it('limits the scale to what fits', () => {
    const rectangle = shiftedRectangle(image, { x: 200, y: 100, width: 240, height: 300 }, 4);
    expect(rectangle.height).toBe(480);
    expect(rectangle.y).toBe(0);
  });

  it('stays inside for boxes that reach outside', () => {
    for (const box of [
      { x: -50, y: -80, width: 200, height: 260 },
      { x: 600, y: 450, width: 90, height: 90 },
      { x: -300, y: -300, width: 2000, height: 2000 },
      { x: 10, y: 10, width: 0.5, height: 0.5 },
    ]) {
      const { x, y, width, height } = shiftedRectangle(image, box, 2.7);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(640);
      expect(y + height).toBeLessThanOrEqual(480);
      expect(Math.min(width, height)).toBeGreaterThan(0);
    }
  });
});

describe('readLogits', () => {
  it('is the softmax of the live class', () => {
    const { live, logit } = readLogits(Float32Array.of(1, 2, 0.5), 1);
    const sum = Math.exp(1) + Math.exp(2) + Math.exp(0.5);
    expect(live).toBeCloseTo(Math.exp(2) / sum, 6);
    expect(logit).toBeCloseTo(Math.log(live / (1 - live)), 5);
  });

  it('keeps a finite logit where the probability saturates', () => {
    expect(readLogits(Float32Array.of(-400, 400, -300), 1)).toEqual({ live: 1, logit: 700 });
  });
});

describe('resizing', () => {
  const ramp = {
    width: 8,
    height: 4,
    data: Uint8Array.from({ length: 96 }, (_, at) => (Math.floor(at / 3) % 8) * 10),
  };
  const red = (pixels: Float32Array) => Array.from(pixels).filter((_, at) => at % 3 === 0);

  it("samples as OpenCV's INTER_LINEAR", () => {
    const whole = { x: 0, y: 0, width: 8, height: 4 };
    expect(red(resizeBilinear(ramp, whole, 4, 1))).toEqual([5, 25, 45, 65]);
    expect(red(resizeBilinear(ramp, whole, 3, 1)).map((value) => Math.round(value))).toEqual([8, 35, 62]);
  });

  it('repeats the border of the rectangle, not what lies beyond it', () => {
    expect(red(resizeBilinear(ramp, { x: 2, y: 0, width: 2, height: 1 }, 4, 1))).toEqual([
      20, 22.5, 27.5, 30,
    ]);
  });

  it('averages areas, fractions included', () => {
    const pixels = red(reduceByArea(ramp, { x: 0, y: 0, width: 8, height: 4 }, 3, 1));
    expect(pixels[0]).toBeCloseTo((0 + 10 + 20 * (2 / 3)) / (8 / 3), 4);
  });

  it('mirrors the image about its border pixels', () => {
    const pixels = red(reduceByArea(ramp, { x: -3, y: 0, width: 14, height: 4 }, 14, 4)).slice(0, 14);
    expect(pixels).toEqual([30, 20, 10, 0, 10, 20, 30, 40, 50, 60, 70, 60, 50, 40]);
  });
});
