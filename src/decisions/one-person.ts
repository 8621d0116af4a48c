import calibration from './calibration/same-person.json' with { type: 'json' };
import { cosineDistance, meanEmbedding } from './embedding.ts';
import { type Embedding, type EmbeddingSpace, type FaceFacts, valueIfMeasured } from './facts.ts';
import { anotherPersonFrom } from './same-person.ts';
import { median } from './statistics.ts';

const { faces: fewest, consecutive, yaw: maximumYaw, pitch: maximumPitch } = calibration.clip;

/** Whether the faces of a clip are one person's, and which of them could be compared to tell. */
export interface ClipIdentity {
  /** `face_not_comparable`: too few look at the camera to tell. */
  readonly person: 'same' | 'face_changed' | 'face_not_comparable';
  readonly compared: readonly FaceFacts[];
}

/** A face that looks at the camera, and who it is. */
export interface FrontalFace {
  readonly face: FaceFacts;
  readonly embedding: Embedding;
}

/**
 * Compares the faces of a clip with one another: each with the mean of all others, and every few that follow each
 * other with every such few before them. Only frontal ones count, about as `calibration/same-person.json` was measured,
 * whose limits hold here.
 *
 * On the 24 frames of each development clip but one of a waved telephone, which is an attack, one person is never two
 * (single frames come up to 0.041 of 0.065, threes up to 0.038 of 0.05). Of 174 clips put together of two people's, none
 * passes with both where the second half or the middle is another person's, and 12 do where a single frame is: it then
 * is one of eight in a mean, at most (`npm run test:data` prints the figures). Comparing every few with the mean of all
 * others instead finds about 80 % of halves: whoever has half of a clip is in that mean.
 *
 * @param faces in the order of their frames
 */
export function compareFaces(faces: readonly FaceFacts[]): ClipIdentity {
  const frontal = frontalFaces(faces);
  const compared = frontal.map(({ face }) => face);
  return { person: isOnePerson(frontal.map(({ embedding }) => embedding)), compared };
}

/** Whether embeddings of one model, in the order of their frames, are one person's throughout. */
export function isOnePerson(embeddings: readonly Embedding[]): ClipIdentity['person'] {
  const [first] = embeddings;
  if (!first || embeddings.length < fewest.value) return 'face_not_comparable';
  const vectors = embeddings.map(({ vector }) => vector);
  return isEachLikeOthers(vectors, first) && areFewAlike(vectors, first) ? 'same' : 'face_changed';
}

function isEachLikeOthers(vectors: readonly Float32Array[], space: EmbeddingSpace): boolean {
  const limit = anotherPersonFrom(space, 1);
  // The others are what the sum of all has beside the one: adding them up anew would take a long clip's square.
  const all = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (const [at, value] of vector.entries()) all[at]! += value;
  return vectors.every((vector) => {
    const others = all.map((value, at) => value - vector[at]!);
    return cosineDistance(vector, meanEmbedding([others])) < limit;
  });
}

function areFewAlike(vectors: readonly Float32Array[], space: EmbeddingSpace): boolean {
  const size = Math.min(consecutive.value, Math.floor(vectors.length / 2));
  const limit = anotherPersonFrom(space, size);
  const starts = Array.from({ length: vectors.length - size + 1 }, (_, start) => start);
  const means = starts.map((start) => meanEmbedding(vectors.slice(start, start + size)));
  return means.every((mean, at) =>
    means.slice(at + size).every((other) => cosineDistance(mean, other) < limit),
  );
}

/** Faces that look about where the face mostly does, and could be embedded. */
export function frontalFaces(faces: readonly FaceFacts[]): FrontalFace[] {
  const seen = faces.flatMap((face) => {
    const embedding = valueIfMeasured(face.embedding);
    const pose = valueIfMeasured(face.pose);
    return embedding && pose ? [{ face, embedding, pose }] : [];
  });
  const pitch = median(seen.map(({ pose }) => pose.pitch));
  return seen.filter(
    ({ pose }) =>
      Math.abs(pose.yaw) <= maximumYaw.value && Math.abs(pose.pitch - pitch) <= maximumPitch.value,
  );
}
