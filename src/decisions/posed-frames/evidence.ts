import calibration from '../calibration/posed-frames.json' with { type: 'json' };
import { areComparable, cosineDistance } from '../embedding.ts';
import { widthRatio } from '../face-width.ts';
import { type Embedding, type FaceFacts, valueIfMeasured } from '../facts.ts';
import { combineLogOdds, type LiveCalibration, liveLogOdds, probabilityOf } from '../live-calibration.ts';
import { eyeDistance } from '../mesh.ts';
import { anotherPersonFrom, turnedAnotherPersonFrom } from '../same-person.ts';
import { mean } from '../statistics.ts';
import { viewObstacles } from '../view-range.ts';
import { type FrameName, inOrder, namesInOrder } from './order.ts';
import type { PosedSubject, PosedSubjects } from './subjects.ts';

/** A strong sign of an attack; and the last two, that nothing to be relied on looked for some of them. */
export type AttackSign =
  | 'several_faces'
  | 'another_person'
  | 'repeated_picture'
  | 'flat_picture'
  /** The anti-spoof nets take the frames for an attack. */
  | 'attack_scores'
  /** There are anti-spoof nets, and no frame shows a face that they could judge. */
  | 'no_usable_frame'
  /** There are faces, and no anti-spoof net at all: the frames alone do not tell a replay. */
  | 'no_anti_spoof_model'
  /** There are faces, and only the experimental net looked at them: it can refuse, but vouches for nobody. */
  | 'experimental_net';

/** What posed frames show beyond the checks of seed 002. */
export interface PosedEvidence {
  /** Null where fewer than two faces were embedded. */
  readonly onePerson: boolean | null;
  /** Null where the centre or both sides are missing. */
  readonly flatMotion: boolean | null;
  readonly repeatedPicture: boolean;
  /** What the anti-spoof nets say of the usable frames together; null without any. */
  readonly liveProbability: number | null;
  /** What they say of each frame, in order; null for one that is not usable, out of range for instance. */
  readonly frames: readonly { readonly name: FrameName; readonly liveProbability: number | null }[];
  /** The frames do not belong together: not one person, one picture, or a flat one. */
  readonly isInconsistent: boolean;
  readonly signs: readonly AttackSign[];
}

/** Weighs what the frames show together. Every limit is from `calibration/posed-frames.json`. */
export function weighEvidence(subjects: PosedSubjects, passive: LiveCalibration): PosedEvidence {
  const all = inOrder(subjects);
  const seen = all.filter((subject) => !subject.error);
  const hasCompany = seen.some((subject) => subject.hasCompany);
  const onePerson = showOnePerson(subjects);
  const flatMotion = moveFlatly(subjects);
  const repeatedPicture = repeatPicture(seen);
  const scores = all.map((subject) => (subject.error ? undefined : usableLogOdds(subject.face, passive)));
  const usable = scores.filter((score) => score !== undefined);
  const together = combineLogOdds(usable, passive);
  const liveProbability = together === undefined ? null : probabilityOf(together);
  const hasAnyNet = seen.some(({ face }) => hasNet(face));
  const signs: readonly (AttackSign | false)[] = [
    hasCompany && 'several_faces',
    onePerson === false && 'another_person',
    repeatedPicture && 'repeated_picture',
    flatMotion === true && 'flat_picture',
    liveProbability !== null && liveProbability <= passive.limits.attack && 'attack_scores',
    hasAnyNet && !passive.isExperimental && usable.length === 0 && 'no_usable_frame',
    seen.length > 0 && !hasAnyNet && 'no_anti_spoof_model',
    hasAnyNet && passive.isExperimental && 'experimental_net',
  ];
  return {
    onePerson,
    flatMotion,
    repeatedPicture,
    liveProbability,
    frames: namesInOrder(subjects).map((name, at) => {
      const score = scores[at];
      return { name, liveProbability: score === undefined ? null : probabilityOf(score) };
    }),
    isInconsistent: hasCompany || onePerson === false || repeatedPicture || flatMotion === true,
    signs: signs.filter((sign) => sign !== false),
  };
}

/** Compares every face with that of the centre, or of the first blink frame where there is none. */
function showOnePerson({ center, left, right, blink }: PosedSubjects): boolean | null {
  const [reference, ...others] = [center, ...blink, left, right].flatMap(toEmbedded);
  if (!reference || others.length === 0) return null;
  return others.every((other) => {
    const limit = isNear(reference, other)
      ? anotherPersonFrom(reference.embedding, 1)
      : turnedAnotherPersonFrom(reference.embedding).still;
    return (
      areComparable(other.embedding, reference.embedding) &&
      cosineDistance(reference.embedding.vector, other.embedding.vector) < limit
    );
  });
}

interface Embedded {
  readonly embedding: Embedding;
  readonly yaw: number;
  readonly pitch: number;
}

function toEmbedded(subject: PosedSubject): Embedded[] {
  const embedding = !subject.error && valueIfMeasured(subject.face.embedding);
  const pose = !subject.error && valueIfMeasured(subject.face.pose);
  return embedding && pose ? [{ embedding, yaw: pose.yaw, pitch: pose.pitch }] : [];
}

function isNear(one: Embedded, other: Embedded): boolean {
  const { value } = calibration.evidence.frontal;
  return Math.abs(one.yaw - other.yaw) <= value && Math.abs(one.pitch - other.pitch) <= value;
}

/** Whether the face becomes narrower as it turns, as a picture of one does. */
function moveFlatly({ center, left, right }: PosedSubjects): boolean | null {
  const neutral = meshOf(center);
  const sides = [left, right].flatMap((side) => meshOf(side) ?? []);
  if (!neutral || sides.length === 0) return null;
  const width = Math.exp(mean(sides.map((side) => Math.log(widthRatio(neutral, side)))));
  return width < calibration.evidence.flatWidth.value;
}

/** Whether two frames are one picture: copies of a file, or a face that did not move by a hair. */
function repeatPicture(seen: readonly PosedSubject[]): boolean {
  return seen.some((one, at) =>
    seen.slice(at + 1).some((other) => {
      if (one.error || other.error) return false;
      const [mesh, otherMesh] = [meshOf(one), meshOf(other)];
      if (one.picture === other.picture) return true;
      if (!mesh || !otherMesh) return false;
      return meshDifference(mesh, otherMesh) < calibration.evidence.samePicture.value;
    }),
  );
}

function usableLogOdds(face: FaceFacts, calibration: LiveCalibration): number | undefined {
  return viewObstacles(face).length > 0 ? undefined : liveLogOdds(face, calibration);
}

function hasNet(face: FaceFacts): boolean {
  return Object.values(face.antiSpoof).some(
    (fact) => fact.status === 'measured' || fact.reason === 'not_measurable',
  );
}

function meshOf(subject: PosedSubject): Float32Array | undefined {
  return subject.error ? undefined : valueIfMeasured(subject.face.mesh);
}

/** Root mean square of the points' distances in the image over the distance of the eyes' outer corners. */
function meshDifference(one: Float32Array, other: Float32Array): number {
  const points = Array.from({ length: one.length / 3 }, (_, point) => point * 3);
  const squares = points.map((at) => (one[at]! - other[at]!) ** 2 + (one[at + 1]! - other[at + 1]!) ** 2);
  return Math.sqrt(mean(squares)) / eyeDistance(one);
}
