import { describe, expect, it } from 'vitest';
import { fitSimilarity, fivePoints, sampleChipAndMirror, unitSum } from './alignment.ts';
import { buildPyramid, type Similarity, toImage } from './sampling.ts';

const square = [
  { x: 0, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 10 },
  { x: 0, y: 10 },
];

describe('fitSimilarity', () => {
  it('finds the turn, scale and shift that points went through', () => {
    const truth: Similarity = { a: 1.2, b: -0.7, tx: 30, ty: -4 };
    const fit = fitSimilarity(
      square,
      square.map(({ x, y }) => toImage(truth, x, y)),
    );
    for (const part of ['a', 'b', 'tx', 'ty'] as const) expect(fit[part]).toBeCloseTo(truth[part], 10);
  });

  it('shares out what it cannot fit: no other similarity comes closer', () => {
    const points = square.map(({ x, y }, index) => ({ x: x * 2 + (index === 2 ? 3 : 0), y: y * 1.5 }));
    const misfit = (transform: Similarity) =>
      square.reduce((sum, { x, y }, index) => {
        const mapped = toImage(transform, x, y);
        return sum + (mapped.x - points[index]!.x) ** 2 + (mapped.y - points[index]!.y) ** 2;
      }, 0);
    const best = fitSimilarity(square, points);
    for (const part of ['a', 'b', 'tx', 'ty'] as const)
      for (const change of [-0.01, 0.01]) {
        expect(misfit({ ...best, [part]: best[part] + change })).toBeGreaterThan(misfit(best));
      }
  });
});

describe('fivePoints', () => {
  it('takes eyes from corners and lids, the others from one mesh point each', () => {
    const mesh = new Float32Array(468 * 3);
    const put = (index: number, x: number, y: number) => mesh.set([x, y, 99], index * 3);
    put(33, 10, 20);
    put(133, 20, 20);
    put(159, 15, 17);
    put(145, 15, 23);
    for (const index of [362, 263, 386, 374]) put(index, 45, 21);
    put(1, 30, 40);
    put(61, 18, 60);
    put(291, 42, 61);
    expect(fivePoints(mesh)).toEqual([
      { x: 15, y: 20 },
      { x: 45, y: 21 },
      { x: 30, y: 40 },
      { x: 18, y: 60 },
      { x: 42, y: 61 },
    ]);
  });
});

describe('sampleChipAndMirror', () => {
  const format = { order: 'rgb', scale: 1, offset: 0 } as const;
  const side = 4;
  const plane = side * side;

  /** An image whose red counts columns, green rows, and whose blue is `blue(x, y)`. */
  function picture(size: number, blue: (x: number, y: number) => number) {
    const data = Uint8Array.from({ length: size * size * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % size, Math.floor(at / 3 / size)];
      return [x, y, blue(x, y)][at % 3]!;
    });
    return buildPyramid({ width: size, height: size, data }, size);
  }

  it('gives planes of the chip, then of its mirror image', () => {
    const pyramid = picture(8, () => 7);
    const batch = sampleChipAndMirror(pyramid, { a: 1, b: 0, tx: 2, ty: 3 }, side, format);
    expect(batch).toHaveLength(2 * 3 * plane);
    expect(Array.from(batch.subarray(0, side))).toEqual([2, 3, 4, 5]);
    expect(Array.from(batch.subarray(plane, plane + side))).toEqual([3, 3, 3, 3]);
    expect(batch[2 * plane]).toBe(7);
    expect(Array.from(batch.subarray(3 * plane, 3 * plane + side))).toEqual([5, 4, 3, 2]);
    expect(Array.from(batch.subarray(4 * plane, 4 * plane + 2 * side))).toEqual([3, 3, 3, 3, 4, 4, 4, 4]);
  });

  it('averages what it shrinks, in the right place', () => {
    const pyramid = picture(16, (x, y) => ((x + y) % 2) * 200);
    const batch = sampleChipAndMirror(pyramid, { a: 2, b: 0, tx: 4, ty: 4 }, side, format);
    expect(Array.from(batch.subarray(0, side))).toEqual([4.5, 6.5, 8.5, 10.5]);
    expect(Array.from(batch.subarray(2 * plane, 3 * plane))).toEqual(new Array(plane).fill(100));
  });

  it('averages at odd reductions too', () => {
    const pyramid = picture(16, (x) => (x % 2) * 200);
    const transform = { a: 1.5, b: 0, tx: 5, ty: 5 };
    const blue = sampleChipAndMirror(pyramid, transform, side, format).subarray(2 * plane, 3 * plane);
    // One sample a value, without averaging, would be off by 50.
    for (const value of blue) expect(Math.abs(value - 100)).toBeLessThan(30);
  });
});

describe('unitSum', () => {
  it('adds the vectors of a batch and brings the sum to unit length', () => {
    expect(Array.from(unitSum(Float32Array.of(1, 1, 2, 3), 2))).toEqual([
      expect.closeTo(0.6, 6),
      expect.closeTo(0.8, 6),
    ]);
  });
});
