import { describe, expect, it } from 'vitest';
import { embeddingFacts } from '../../../test/support/facts.ts';
import { embeddingOf, turnedFace, turnedMesh } from '../../../test/support/turned-face.ts';
import { type Embedding, measured } from '../facts.ts';
import {
  countTurn,
  isFlatTurn,
  isTurnedByAnother,
  isTurnKnown,
  noTurns,
  seeTurn,
  startTurn,
  type TurnEvidence,
} from './turn-evidence.ts';

const neutral = turnedMesh({ yaw: 0, pitch: 0, roll: 0 });
const reference = [embeddingOf(1)];

/** The embedding at this cosine distance from person 1. */
function embeddingAt(distance: number): Embedding {
  const vector = new Float32Array(128);
  [vector[1], vector[2]] = [1 - distance, Math.sqrt(1 - (1 - distance) ** 2)];
  return embeddingFacts(vector);
}

const hold = (turns: TurnEvidence, ...faces: readonly Embedding[]) =>
  faces.reduce(
    (before, face) => seeTurn(before, neutral, turnedFace({ yaw: 30 }, { embedding: measured(face) })),
    turns,
  );
const turnsAt = (...distances: readonly number[]) =>
  distances.reduce((before, distance) => countTurn(hold(before, embeddingAt(distance)), reference), noTurns);

describe('whose head turns', () => {
  it('is known from two faces, the first of the hold', () => {
    expect(isTurnKnown(hold(noTurns, embeddingOf(1)))).toBe(false);
    const known = hold(noTurns, embeddingOf(1), embeddingOf(1), embeddingOf(2));
    expect(isTurnKnown(known)).toBe(true);
    expect(isTurnedByAnother(countTurn(known, reference))).toBe(false);
    expect(isTurnKnown(startTurn(known))).toBe(false);
  });

  it('is told by any turn that is far off', () => {
    expect(isTurnedByAnother(turnsAt(0.119, 0.02))).toBe(false);
    expect(isTurnedByAnother(turnsAt(0.02, 0.121))).toBe(true);
  });

  it('is told by three turns that are a little off on the whole', () => {
    expect(isTurnedByAnother(turnsAt(0.09, 0.09))).toBe(false);
    expect(isTurnedByAnother(turnsAt(0.09, 0.09, 0.05))).toBe(false);
    expect(isTurnedByAnother(turnsAt(0.09, 0.09, 0.07))).toBe(true);
  });

  it('is somebody else where another model embedded it', () => {
    const other = { ...embeddingOf(1), model: 'another' };
    expect(isTurnedByAnother(countTurn(hold(noTurns, other), reference))).toBe(true);
  });

  it('is not asked where no model tells faces apart', () => {
    const unknown = seeTurn(noTurns, neutral, turnedFace({ yaw: 30 }));
    expect(isTurnedByAnother(countTurn(unknown, []))).toBe(false);
  });
});

it('tells a head, which moves out of its plane', () => {
  expect(isFlatTurn(hold(noTurns, embeddingOf(1)))).toBe(false);
  expect(isFlatTurn(seeTurn(noTurns, neutral, turnedFace({})))).toBe(true);
  expect(isFlatTurn(noTurns)).toBe(true);
});
