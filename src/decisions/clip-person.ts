import calibration from './calibration/blink.json' with { type: 'json' };
import { type Embedding, type FrameFacts, type Pose, valueIfMeasured } from './facts.ts';
import {
  anotherPersonFrom,
  anotherPersonThanStillFrom,
  cosineDistance,
  meanEmbedding,
} from './same-person.ts';

const { person } = calibration;

/**
 * Whether a clip shows one and the same person from its first frame to its last: every few consecutive faces
 * against all others. True where too few faces were embedded to tell: whether that suffices is asked elsewhere.
 */
export function isOnePersonThroughout(frames: readonly FrameFacts[]): boolean {
  const vectors = frontalFaces(frames).map(({ vector }) => vector);
  const size = Math.min(person.consecutive.value, Math.floor(vectors.length / 2));
  if (size === 0) return true;
  for (let first = 0; first + size <= vectors.length; first++) {
    const some = meanEmbedding(vectors.slice(first, first + size));
    const others = meanEmbedding([...vectors.slice(0, first), ...vectors.slice(first + size)]);
    if (cosineDistance(some, others) >= anotherPersonFrom(size)) return false;
  }
  return true;
}

/**
 * Whether a clip shows the person of a selfie; `selfie_not_comparable` where the selfie or the clip shows too
 * little of a face to tell.
 */
export function compareWithSelfie(
  frames: readonly FrameFacts[],
  selfie: Embedding | null,
): 'same' | 'not_the_selfie' | 'selfie_not_comparable' {
  const faces = frontalFaces(frames).filter(({ model }) => model === selfie?.model);
  if (!selfie || faces.length < person.facesForSelfie.value) return 'selfie_not_comparable';
  const distance = cosineDistance(selfie.vector, meanEmbedding(faces.map(({ vector }) => vector)));
  return distance < anotherPersonThanStillFrom ? 'same' : 'not_the_selfie';
}

/** The embeddings of faces that look about where the face mostly does. */
function frontalFaces(frames: readonly FrameFacts[]): Embedding[] {
  const seen = frames.flatMap(({ faces: [face] }) => {
    const embedding = face && valueIfMeasured(face.embedding);
    const pose = face && valueIfMeasured(face.pose);
    return embedding && pose ? [{ embedding, pose }] : [];
  });
  const pitch = median(seen.map(({ pose }) => pose.pitch));
  const isFrontal = (pose: Pose) =>
    Math.abs(pose.yaw) <= person.yaw.value && Math.abs(pose.pitch - pitch) <= person.pitch.value;
  return seen.filter(({ pose }) => isFrontal(pose)).map(({ embedding }) => embedding);
}

/** NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
