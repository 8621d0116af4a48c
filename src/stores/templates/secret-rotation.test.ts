import { describe, expect, it } from 'vitest';
import { randomVector } from '../../../test/support/templates.ts';
import { secretRotation } from './secret-rotation.ts';

const key = Buffer.alloc(32, 1);
const dot = (one: Float32Array, other: Float32Array) =>
  one.reduce((sum, value, at) => sum + value * other[at]!, 0);

describe('secretRotation', () => {
  it('keeps every distance', () => {
    const rotate = secretRotation(key, 128);
    const vectors = Array.from({ length: 20 }, (_, seed) => randomVector(seed));
    const turned = vectors.map(rotate);
    for (const [at, vector] of vectors.entries()) {
      for (const [other, second] of vectors.entries())
        expect(dot(turned[at]!, turned[other]!)).toBeCloseTo(dot(vector, second), 5);
    }
  });

  it('is the same for the same key, and another for another', () => {
    const vector = randomVector(1);
    expect(secretRotation(Buffer.alloc(32, 1), 128)(vector)).toEqual(secretRotation(key, 128)(vector));
    const other = secretRotation(Buffer.alloc(32, 2), 128)(vector);
    expect(Math.abs(dot(other, secretRotation(key, 128)(vector)))).toBeLessThan(0.4);
  });

  it.each([0, 3, 7])('sends axis %i anywhere: over many keys no direction is preferred', (turned) => {
    const axis = Float32Array.from({ length: 8 }, (_, at) => (at === turned ? 1 : 0));
    const keys = 2_000;
    const images = Array.from({ length: keys }, (_, at) => {
      const seed = Buffer.alloc(32);
      seed.writeUInt32LE(at);
      return secretRotation(seed, 8)(axis);
    });
    for (let at = 0; at < 8; at++) {
      const values = images.map((image) => image[at]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / keys;
      const square = values.reduce((sum, value) => sum + value * value, 0) / keys;
      // On the sphere a coordinate has the mean 0 and the variance 1/8; its square has the variance 7/320. Four
      // standard errors are allowed.
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 8 / keys));
      expect(Math.abs(square - 1 / 8)).toBeLessThan(4 * Math.sqrt(7 / 320 / keys));
    }
  });

  it('refuses a vector of another length', () => {
    expect(() => secretRotation(key, 128)(new Float32Array(64))).toThrow(RangeError);
  });
});
