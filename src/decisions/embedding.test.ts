import { describe, expect, it } from 'vitest';
import { areComparable, cosineDistance, meanEmbedding } from './embedding.ts';

/** A unit vector at an angle, in degrees. */
function at(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}

describe('cosineDistance', () => {
  it.each([
    [0, 0],
    [60, 0.5],
    [90, 1],
    [180, 2],
  ])('between vectors %i° apart is %d', (degrees, distance) => {
    expect(cosineDistance(at(20), at(20 + degrees))).toBeCloseTo(distance, 6);
  });
});

describe('meanEmbedding', () => {
  it('lies between its embeddings, of unit length', () => {
    const mean = meanEmbedding([at(10), at(30), at(50)]);
    expect(mean[0]).toBeCloseTo(at(30)[0]!, 6);
    expect(mean[1]).toBeCloseTo(at(30)[1]!, 6);
  });

  it('of one is that one', () => {
    expect(cosineDistance(meanEmbedding([at(70)]), at(70))).toBeCloseTo(0, 6);
  });

  it('of none does not exist', () => {
    expect(() => meanEmbedding([])).toThrow(RangeError);
  });
});

describe('areComparable', () => {
  const space = { model: 'a model', modelHash: 'ab'.repeat(32), recipe: 'five-points-1' };

  it('holds for vectors of one model, weights and recipe alone', () => {
    expect(areComparable(space, { ...space })).toBe(true);
    expect(areComparable(space, { ...space, model: 'another' })).toBe(false);
    expect(areComparable(space, { ...space, modelHash: 'cd'.repeat(32) })).toBe(false);
    expect(areComparable(space, { ...space, recipe: 'five-points-2' })).toBe(false);
  });
});
