import { cosineDistance } from '../same-person.ts';

/**
 * Sorts faces into people, where nobody says whose they are: each face joins the person whose mean it is nearest to,
 * if that is near enough, else it is somebody new; then people whose means are as near as that are one. Who looks
 * alike to the model may end up as one person, which costs a cross-validation nothing but folds; somebody who looks
 * different in two pictures may end up as two, which flatters it: say how faces were sorted where figures are shown.
 *
 * @param embeddings of one space, of unit length
 * @param samePersonUpTo cosine distance of the model up to which two faces are one person's
 * @returns the number of each face's person
 */
export function groupFaces(embeddings: readonly Float32Array[], samePersonUpTo: number): number[] {
  const sums: Float64Array[] = [];
  const means: Float32Array[] = [];
  const personOf = embeddings.map((embedding) => {
    const { at, distance } = nearest(means, embedding);
    const person = distance <= samePersonUpTo ? at : sums.length;
    sums[person] ??= new Float64Array(embedding.length);
    for (const [index, value] of embedding.entries()) sums[person]![index]! += value;
    const length = Math.hypot(...sums[person]!);
    means[person] = Float32Array.from(sums[person]!, (value) => value / length);
    return person;
  });
  const merged = mergeNear(means, samePersonUpTo);
  return personOf.map((person) => merged[person]!);
}

function nearest(means: readonly Float32Array[], embedding: Float32Array) {
  let best = { at: -1, distance: Infinity };
  for (const [at, mean] of means.entries()) {
    const distance = cosineDistance(mean, embedding);
    if (distance < best.distance) best = { at, distance };
  }
  return best;
}

/** For each person the first one who is near, of those near to whom they are near, and so on. */
function mergeNear(means: readonly Float32Array[], upTo: number): number[] {
  const first = means.map((_, at) => at);
  const rootOf = (at: number): number => (first[at] === at ? at : rootOf(first[at]!));
  for (let at = 0; at < means.length; at++)
    for (let other = 0; other < at; other++)
      if (cosineDistance(means[at]!, means[other]!) <= upTo) {
        const [low, high] = [rootOf(at), rootOf(other)].sort((one, two) => one - two);
        first[high!] = low!;
      }
  return first.map((_, at) => rootOf(at));
}
