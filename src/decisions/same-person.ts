import calibration from './calibration/same-person.json' with { type: 'json' };
import type { EmbeddingSpace } from './facts.ts';

interface Limit {
  readonly value: number;
}

/** Cosine distances of one embedder from which on two faces are two people's. */
interface Limits {
  readonly anotherPerson: Readonly<Record<'oneFrame' | 'twoFrames' | 'threeFrames', Limit>>;
  readonly stillAndClip: Limit;
  readonly turned: Readonly<Record<'anyTurn' | 'allTurns' | 'still', Limit>>;
}

const limitsOf = new Map<string, Limits>(Object.entries(calibration.embedders));

function limits({ model }: Pick<EmbeddingSpace, 'model'>): Limits {
  const found = limitsOf.get(model);
  if (!found) throw new RangeError(`The distances of the embedder ${model} have no limits.`);
  return found;
}

/**
 * The cosine distance from which on the face in a session or clip is no longer the same person's, so that
 * somebody is sent away wrongly in fewer than one comparison of a thousand. People who look alike to the
 * model come closer than this; how often stands in `calibration/same-person.json`.
 *
 * @param space of the embeddings: each embedder has its own distances
 * @param frames how many embeddings the mean has on the side that has fewer, 1 or more
 * @throws RangeError for an embedder that was not calibrated
 */
export function anotherPersonFrom(space: Pick<EmbeddingSpace, 'model'>, frames: number): number {
  const { oneFrame, twoFrames, threeFrames } = limits(space).anotherPerson;
  if (frames >= 3) return threeFrames.value;
  return frames === 2 ? twoFrames.value : oneFrame.value;
}

/**
 * The cosine distance from which on a clip does not show the person of a still, a selfie for instance, taken
 * minutes before; the clip's side is the mean of six good frames or more, spread over it.
 *
 * @throws RangeError for an embedder that was not calibrated
 */
export function anotherPersonThanStillFrom(space: Pick<EmbeddingSpace, 'model'>): number {
  return limits(space).stillAndClip.value;
}

/**
 * The cosine distances from which on a turned face is not the one that looked at the camera: that of one turn of
 * a session, the mean of all its turns, and that of a single still. Embeddings drift in turns.
 *
 * @throws RangeError for an embedder that was not calibrated
 */
export function turnedAnotherPersonFrom(
  space: Pick<EmbeddingSpace, 'model'>,
): Readonly<Record<'anyTurn' | 'allTurns' | 'still', number>> {
  const { anyTurn, allTurns, still } = limits(space).turned;
  return { anyTurn: anyTurn.value, allTurns: allTurns.value, still: still.value };
}
