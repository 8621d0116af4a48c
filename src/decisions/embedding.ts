import type { EmbeddingSpace } from './facts.ts';

/** Whether the distance of two vectors means anything: same model, same weights, same recipe. */
export function areComparable(one: EmbeddingSpace, other: EmbeddingSpace): boolean {
  return one.model === other.model && one.modelHash === other.modelHash && one.recipe === other.recipe;
}

/** How far apart two embeddings of one model are: 1 − cosine similarity, 0 (the same) to 2. */
export function cosineDistance(one: Float32Array, other: Float32Array): number {
  let product = 0;
  for (let at = 0; at < one.length; at++) product += one[at]! * other[at]!;
  return 1 - product;
}

/**
 * One embedding for several pictures of a person: the sum, of unit length again. It varies less than each
 * of them, with blinks, words and blurred frames.
 *
 * @param embeddings of one model, of unit length; at least one
 * @throws RangeError where there is none
 */
export function meanEmbedding(embeddings: readonly Float32Array[]): Float32Array {
  const [first] = embeddings;
  if (!first) throw new RangeError('There is no mean of no embeddings.');
  const sum = new Float64Array(first.length);
  for (const embedding of embeddings) for (const [at, value] of embedding.entries()) sum[at]! += value;
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / length);
}
