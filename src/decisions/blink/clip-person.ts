import calibration from '../calibration/blink.json' with { type: 'json' };
import {
  type Embedding,
  type EmbeddingSpace,
  type FrameFacts,
  type Pose,
  valueIfMeasured,
} from '../facts.ts';
import {
  anotherPersonFrom,
  anotherPersonThanStillFrom,
  areComparable,
  cosineDistance,
  meanEmbedding,
} from '../same-person.ts';
import { median } from '../statistics.ts';

const { person } = calibration;

/** Whose face a clip shows: that of one person, the selfie's where there is one, or why that is not so. */
export type ClipPerson =
  | 'same'
  | 'face_changed'
  | 'not_the_selfie'
  /** Too few faces that look at the camera, or none by the model that saw the selfie. */
  | 'face_not_comparable';

/**
 * Compares the faces of a clip, which must be one and the same person's from its first frame to its last, with
 * one another and with a selfie.
 *
 * @param selfie the face that the clip must show; `undefined`: whoever it is
 */
export function comparePerson(frames: readonly FrameFacts[], selfie?: Embedding): ClipPerson {
  const faces = frontalFaces(frames).filter((face) => !selfie || areComparable(face, selfie));
  if (faces.length < person.faces.value) return 'face_not_comparable';
  const vectors = faces.map(({ vector }) => vector);
  if (!isOneThroughout(vectors, faces[0]!)) return 'face_changed';
  if (!selfie) return 'same';
  const distance = cosineDistance(selfie.vector, meanEmbedding(vectors));
  return distance < anotherPersonThanStillFrom(selfie) ? 'same' : 'not_the_selfie';
}

/** Whether every few consecutive faces are the person that all others show. */
function isOneThroughout(vectors: readonly Float32Array[], space: EmbeddingSpace): boolean {
  const size = Math.min(person.consecutive.value, Math.floor(vectors.length / 2));
  // Each sum is taken from the whole one: adding the others up anew for each few would take a long clip's square.
  const all = sumOf(vectors);
  const limit = anotherPersonFrom(space, size);
  for (let first = 0; first + size <= vectors.length; first++) {
    const some = sumOf(vectors.slice(first, first + size));
    const others = all.map((value, at) => value - some[at]!);
    if (cosineDistance(meanEmbedding([some]), meanEmbedding([others])) >= limit) return false;
  }
  return true;
}

function sumOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let at = 0; at < sum.length; at++) sum[at]! += vector[at]!;
  return sum;
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
