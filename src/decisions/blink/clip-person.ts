import { areComparable, cosineDistance, meanEmbedding } from '../embedding.ts';
import type { Embedding, FrameFacts } from '../facts.ts';
import { type ClipIdentity, frontalFaces, isOnePerson } from '../one-person.ts';
import { anotherPersonThanStillFrom } from '../same-person.ts';

/** Whose face a clip shows: that of one person, the selfie's where there is one, or why that is not so. */
export type ClipPerson = ClipIdentity['person'] | 'not_the_selfie';

/**
 * Compares the faces of a clip, which must be one and the same person's from its first frame to its last, with
 * one another and with a selfie.
 *
 * @param selfie the face that the clip must show; `undefined`: whoever it is
 */
export function comparePerson(frames: readonly FrameFacts[], selfie?: Embedding): ClipPerson {
  const embeddings = frontalFaces(frames.flatMap(({ faces: [face] }) => face ?? []))
    .map(({ embedding }) => embedding)
    .filter((embedding) => !selfie || areComparable(embedding, selfie));
  const person = isOnePerson(embeddings);
  if (person !== 'same' || !selfie) return person;
  const distance = cosineDistance(selfie.vector, meanEmbedding(embeddings.map(({ vector }) => vector)));
  return distance < anotherPersonThanStillFrom(selfie) ? 'same' : 'not_the_selfie';
}
