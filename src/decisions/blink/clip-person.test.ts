import { describe, expect, it } from 'vitest';
import { embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { type Embedding, type FrameFacts, measured, type Pose, unavailable } from '../facts.ts';
import { comparePerson } from './clip-person.ts';

/** An embedding at a cosine distance of `1 − cos(angle)` from that at 0 degrees. */
const person = (degrees: number, model?: string): Embedding => {
  const angle = (degrees * Math.PI) / 180;
  return embeddingFacts([Math.cos(angle), Math.sin(angle)], model);
};

const frame = (degrees: number, pose: Partial<Pose> = {}, model?: string): FrameFacts =>
  frameFacts(
    faceFacts({
      embedding: measured(person(degrees, model)),
      pose: measured({ yaw: 0, pitch: 0, roll: 0, ...pose }),
    }),
  );

const frames = (...degrees: readonly number[]) => degrees.map((angle) => frame(angle));

/** Far more than one person's pictures differ. */
const stranger = 60;

describe('one person throughout', () => {
  it('is whose faces all look alike', () => {
    expect(comparePerson(frames(0, 2, 1, -1, 0, 3))).toBe('same');
  });

  it.each([
    ['from the middle on', [0, 0, 0, 0, stranger, stranger, stranger, stranger]],
    ['for a while', [0, 0, 0, stranger, stranger, stranger, 0, 0, 0, 0]],
    ['at the end', [0, 0, 0, 0, 0, 0, stranger, stranger, stranger]],
    ['in half of four', [0, 0, stranger, stranger]],
  ])('is not where somebody else is seen %s', (_, degrees) => {
    expect(comparePerson(frames(...degrees))).toBe('face_changed');
  });

  it('is found in a long clip', () => {
    const long = Array.from({ length: 1_200 }, (_, at) => (at % 5) - 2);
    expect(comparePerson(frames(...long))).toBe('same');
    expect(comparePerson(frames(...long.map((angle, at) => (at < 1_190 ? angle : stranger))))).toBe(
      'face_changed',
    );
  });

  it.each([0, 1, 2, 3])('cannot be told by %d faces', (count) => {
    expect(comparePerson(Array.from({ length: count }, () => frame(0)))).toBe('face_not_comparable');
  });

  it('is told by faces that look at the camera', () => {
    const turned = [frame(stranger, { yaw: 30 }), frame(stranger, { pitch: 20 })];
    expect(comparePerson([...frames(0, 0, 0, 0), ...turned])).toBe('same');
    expect(comparePerson([...frames(0, 0, 0), ...turned])).toBe('face_not_comparable');
  });

  it('leaves out faces that were not embedded', () => {
    const bare = frameFacts(faceFacts({ embedding: unavailable('not_requested') }));
    expect(comparePerson([bare, frameFacts(), ...frames(0, 0, 0, 0)])).toBe('same');
    expect(comparePerson([bare, bare, bare, bare, bare])).toBe('face_not_comparable');
  });
});

describe("a selfie's face", () => {
  it('is that of the clip', () => {
    expect(comparePerson(frames(0, 2, -2, 0), person(3))).toBe('same');
    expect(comparePerson(frames(0, 2, -2, 0), person(stranger))).toBe('not_the_selfie');
  });

  it('counts for nothing where the clip shows two people', () => {
    expect(comparePerson(frames(0, 0, 0, stranger, stranger, stranger), person(0))).toBe('face_changed');
  });

  it('is compared with embeddings of its own model only', () => {
    const other = Array.from({ length: 6 }, () => frame(0, {}, 'another model'));
    expect(comparePerson(other, person(0))).toBe('face_not_comparable');
  });
});
