import calibration from '../calibration/challenge.json' with { type: 'json' };
import { areComparable, cosineDistance, meanEmbedding } from '../embedding.ts';
import { type Embedding, type FaceFacts, valueIfMeasured } from '../facts.ts';
import { turnedAnotherPersonFrom } from '../same-person.ts';
import { mean } from '../statistics.ts';
import { affineResidual } from './flatness.ts';

/** What the frames of one held turn show beside its pose. */
interface HeldTurn {
  /** The largest affine residual against the centre; see `flatness.ts`. */
  readonly residual: number;
  /** Of its first frames, in which the head is turned least: further turns make embeddings drift. */
  readonly faces: readonly Embedding[];
}

/** What the turns of a session show: whose head turns, and whether it is a head. */
export interface TurnEvidence {
  /** The turn that is held now. */
  readonly held: HeldTurn;
  /** Cosine distance of each counted turn's face from the one that first looked at the camera. */
  readonly distances: readonly number[];
  /** The embedder whose distances they are; null while there is none. */
  readonly model: string | null;
}

const nothingHeld: HeldTurn = { residual: 0, faces: [] };

/** Before the first turn. */
export const noTurns: TurnEvidence = { held: nothingHeld, distances: [], model: null };

/** Begins a turn anew: what an earlier hold showed does not count for it. */
export function startTurn(turns: TurnEvidence): TurnEvidence {
  return { ...turns, held: nothingHeld };
}

/**
 * Adds a frame of the turn that is held.
 *
 * @param neutral 468 mesh points of the head at the centre
 * @param face has a mesh
 */
export function seeTurn(turns: TurnEvidence, neutral: Float32Array, face: FaceFacts): TurnEvidence {
  const { held } = turns;
  const mesh = valueIfMeasured(face.mesh)!;
  const embedding = valueIfMeasured(face.embedding);
  return {
    ...turns,
    held: {
      residual: Math.max(held.residual, affineResidual(neutral, mesh)),
      faces: embedding && !isTurnKnown(turns) ? [...held.faces, embedding] : held.faces,
    },
  };
}

/** Whether enough faces of the held turn are known to say whose it is. */
export function isTurnKnown({ held }: TurnEvidence): boolean {
  return held.faces.length >= calibration.turnedFace.frames.value;
}

/** Counts the held turn, which the next one may follow. */
export function countTurn(turns: TurnEvidence, reference: readonly Embedding[]): TurnEvidence {
  const { held, distances } = turns;
  const [first] = held.faces;
  if (!first) return { ...turns, held: nothingHeld };
  return {
    held: nothingHeld,
    distances: [...distances, distanceOf(held.faces, reference)],
    model: (reference[0] ?? first).model,
  };
}

/**
 * Whether somebody else turns than who looks at the camera: one turn shows it, or, with surer figures, all of
 * them together.
 */
export function isTurnedByAnother({ distances, model }: TurnEvidence): boolean {
  if (model === null) return false;
  const { anyTurn, allTurns } = turnedAnotherPersonFrom({ model });
  if (distances.some((distance) => distance >= anyTurn)) return true;
  return distances.length >= calibration.turnedFace.turns.value && mean(distances) >= allTurns;
}

/** Whether the points of the held turn move as those of a picture do. */
export function isFlatTurn({ held }: TurnEvidence): boolean {
  return held.residual < calibration.flat.residual.value;
}

/** Faces of different models cannot be compared: they are as far apart as can be. */
function distanceOf(faces: readonly Embedding[], reference: readonly Embedding[]): number {
  const [first, ...rest] = [...faces, ...reference];
  if (rest.some((face) => !areComparable(face, first!))) return Number.POSITIVE_INFINITY;
  const [one, other] = [faces, reference].map((side) => meanEmbedding(side.map(({ vector }) => vector)));
  return cosineDistance(one!, other!);
}
