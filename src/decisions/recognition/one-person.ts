import calibration from '../calibration/blink.json' with { type: 'json' };
import { type Embedding, type FaceFacts, valueIfMeasured } from '../facts.ts';
import { anotherPersonFrom, cosineDistance, meanEmbedding } from '../same-person.ts';
import { median } from '../statistics.ts';

const { faces: fewest, consecutive, yaw: maximumYaw, pitch: maximumPitch } = calibration.person;

/** Whether the faces of a clip are one person's, and which of them could be compared to tell. */
export interface ClipIdentity {
  /** `face_not_comparable`: too few look at the camera to tell. */
  readonly person: 'same' | 'face_changed' | 'face_not_comparable';
  readonly compared: readonly FaceFacts[];
}

/**
 * Compares the faces of a clip with one another: each with the mean of all others, and every few that follow each
 * other with every such few before them. Only frontal ones count, about as `calibration/same-person.json` was measured,
 * whose limits hold here.
 *
 * On the 24 frames of each development clip but one of a waved telephone, which is an attack, one person is never two
 * (single frames come up to 0.041 of 0.065, threes up to 0.038 of 0.05). Of 174 clips put together of two people's, none
 * passes with both where the second half or the middle is another person's, and 12 do where a single frame is: it then
 * is one of eight in a mean, at most (`npm run test:data` prints the figures). The few with the mean of all others, as
 * the blink check compares its many frames, finds about 80 % of halves and hardly any single frame: whoever has half of a
 * clip is in that mean.
 *
 * @param faces in the order of their frames
 */
export function compareFaces(faces: readonly FaceFacts[]): ClipIdentity {
  const frontal = frontalFaces(faces);
  const compared = frontal.map(({ face }) => face);
  const [first] = frontal;
  if (!first || frontal.length < fewest.value) return { person: 'face_not_comparable', compared };
  const vectors = frontal.map(({ embedding }) => embedding.vector);
  const isOne = isEachLikeOthers(vectors, first.embedding) && areFewAlike(vectors, first.embedding);
  return { person: isOne ? 'same' : 'face_changed', compared };
}

function isEachLikeOthers(vectors: readonly Float32Array[], space: Embedding): boolean {
  const limit = anotherPersonFrom(space, 1);
  return vectors.every((vector, at) => {
    const others = vectors.filter((_, other) => other !== at);
    return cosineDistance(vector, meanEmbedding(others)) < limit;
  });
}

function areFewAlike(vectors: readonly Float32Array[], space: Embedding): boolean {
  const size = Math.min(consecutive.value, Math.floor(vectors.length / 2));
  const limit = anotherPersonFrom(space, size);
  const starts = Array.from({ length: vectors.length - size + 1 }, (_, start) => start);
  const means = starts.map((start) => meanEmbedding(vectors.slice(start, start + size)));
  return means.every((mean, at) =>
    means.slice(at + size).every((other) => cosineDistance(mean, other) < limit),
  );
}

/** Faces that look about where the face mostly does, and could be embedded. */
function frontalFaces(faces: readonly FaceFacts[]) {
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
