import { describe, expect, it } from 'vitest';
import { type Detection, overlap, suppressDuplicates } from './detection.ts';

function detection(x: number, y: number, side: number, score: number): Detection {
  const eye = { x: x + side / 2, y: y + side / 3 };
  return { box: { x, y, width: side, height: side }, score, rightEye: eye, leftEye: eye };
}

describe('overlap', () => {
  it('is the intersection over the union', () => {
    const one = { x: 0, y: 0, width: 10, height: 10 };
    expect(overlap(one, one)).toBe(1);
    expect(overlap(one, { ...one, x: 5 })).toBeCloseTo(1 / 3);
    expect(overlap(one, { ...one, x: 10 })).toBe(0);
  });
});

describe('suppressDuplicates', () => {
  it('keeps the best of boxes that overlap', () => {
    const best = detection(2, 2, 100, 0.9);
    expect(suppressDuplicates([detection(0, 0, 100, 0.8), best, detection(5, 0, 90, 0.6)])).toEqual([best]);
  });

  it('keeps neighbours who stand cheek by cheek', () => {
    const couple = [detection(0, 0, 100, 0.9), detection(80, 10, 100, 0.8)];
    expect(suppressDuplicates(couple)).toEqual(couple);
  });

  it('takes a box about the middle of a larger one for the same face', () => {
    const whole = detection(0, 0, 200, 0.93);
    expect(suppressDuplicates([whole, detection(60, 40, 100, 0.66)])).toEqual([whole]);
    // Whichever scores better.
    const part = detection(60, 40, 100, 0.97);
    expect(suppressDuplicates([whole, part])).toEqual([part]);
  });

  it('lets a much smaller face within a box be its own', () => {
    const both = [detection(0, 0, 200, 0.9), detection(90, 90, 50, 0.8)];
    expect(suppressDuplicates(both)).toEqual(both);
  });
});
