import type { EmbeddingSpace } from '../../src/decisions/facts.ts';
import type { Template } from '../../src/stores/ports.ts';
import { seededRandom } from './random.ts';

/** The space that test templates are of. */
export const testSpace: EmbeddingSpace = {
  model: 'dlib-resnet',
  modelHash: 'ab'.repeat(32),
  recipe: 'five-points-150-mirror-1',
};

/** A vector of unit length that is nobody's face, the same for the same seed. */
export function randomVector(seed: number, size = 128): Float32Array {
  const random = seededRandom(seed);
  return unitVector(Float32Array.from({ length: size }, () => random() + random() + random() - 1.5));
}

/** A vector at about this cosine distance from another. */
export function vectorNear(vector: Float32Array, distance: number, seed: number): Float32Array {
  const other = randomVector(seed, vector.length);
  const along = other.reduce((sum, value, at) => sum + value * vector[at]!, 0);
  const across = unitVector(other.map((value, at) => value - along * vector[at]!));
  const cosine = 1 - distance;
  const sine = Math.sqrt(1 - cosine * cosine);
  return vector.map((value, at) => cosine * value + sine * across[at]!);
}

/** A template of these properties, with a vector of its user id. */
export function testTemplate(userId: string, changes: Partial<Template> = {}): Template {
  return {
    userId,
    ...testSpace,
    vector: randomVector(seedOf(userId)),
    frames: 3,
    consent: null,
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    expiresAt: null,
    ...changes,
  };
}

function seedOf(text: string): number {
  return [...text].reduce((seed, letter) => Math.imul(seed, 31) + letter.codePointAt(0)!, 7);
}

function unitVector(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
