import { cosineDistance } from '../decisions/embedding.ts';
import type { ComparedPair } from '../decisions/evaluation/verification.ts';
import { type Embedding, valueIfMeasured } from '../decisions/facts.ts';
import { matchDistance } from '../decisions/match-scale.ts';
import { chooseSubject } from '../decisions/subject.ts';
import { BonafideError } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';

/** Two pictures, and whose they are. */
export interface PicturePair {
  readonly pictures: readonly [one: string, other: string];
  readonly people: readonly [one: string, other: string];
}

export interface PairsPlan {
  /**
   * The bytes of a picture.
   *
   * @throws BonafideError `payload_too_large`
   */
  readonly read: (picture: string) => Promise<Uint8Array>;
  /** See {@link chooseSubject}. */
  readonly bystanderRatio: number;
  /** Pictures measured at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Hears how many pictures are done. */
  readonly onProgress: (done: number) => void;
}

/** Pairs of which both pictures show a face that can be compared, and how many do not. */
export interface ComparedPairs {
  readonly pairs: readonly ComparedPair[];
  readonly notMeasured: number;
}

/**
 * Compares the faces of pairs of pictures, each picture's subject being found as for an enrolment. Embeddings are in
 * memory only, and gone when this returns.
 */
export async function comparePictures(
  perception: Perception,
  pairs: readonly PicturePair[],
  plan: PairsPlan,
): Promise<ComparedPairs> {
  const embeddings = new Map<string, Embedding | undefined>();
  const waiting = [...new Set(pairs.flatMap(({ pictures }) => pictures))];
  const work = async () => {
    for (let picture = waiting.shift(); picture && !plan.signal.aborted; picture = waiting.shift()) {
      embeddings.set(picture, await embed(perception, plan, picture));
      plan.onProgress(embeddings.size);
    }
  };
  try {
    await Promise.all(Array.from({ length: plan.concurrency }, work));
  } catch (error) {
    if (!plan.signal.aborted) throw error;
  }
  const compared = pairs.flatMap(({ pictures, people }): ComparedPair[] => {
    const [one, other] = [embeddings.get(pictures[0]), embeddings.get(pictures[1])];
    if (!one || !other) return [];
    const distance = matchDistance(one.model, cosineDistance(one.vector, other.vector));
    return [{ one: people[0], other: people[1], distance }];
  });
  return { pairs: compared, notMeasured: pairs.length - compared.length };
}

async function embed(
  perception: Perception,
  { read, bystanderRatio }: PairsPlan,
  picture: string,
): Promise<Embedding | undefined> {
  try {
    const request = { measuredFaces: 1, measure: ['embedding'] } as const;
    const { faces } = await perception.analyseImage(await read(picture), request);
    const subject = chooseSubject(faces, bystanderRatio);
    return subject.status === 'chosen' ? valueIfMeasured(subject.face.embedding) : undefined;
  } catch (error) {
    if (!(error instanceof BonafideError) || error.status === 503 || error.code === 'cancelled') throw error;
    return undefined;
  }
}
