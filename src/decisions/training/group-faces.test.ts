import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { groupFaces } from './group-faces.ts';

/** A face at an angle in the plane: 1 − cos 10° is 0.015, 1 − cos 20° is 0.06. */
const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

/** Pictures of people: each is a direction of its own, and each picture a little off it. */
function pictures(people: number, each: number, spread: number) {
  const random = seededRandom(5);
  const direction = () => Array.from({ length: 64 }, () => random() - 0.5);
  const unit = (values: readonly number[]) => {
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  return Array.from({ length: people }, () => unit(direction())).flatMap((person) =>
    Array.from({ length: each }, () => {
      const off = unit(direction());
      return Float32Array.from(unit(person.map((value, index) => value + spread * off[index]!)));
    }),
  );
}

describe('sorting faces into people', () => {
  it('joins who is near, and numbers people by their first faces', () => {
    expect(groupFaces([at(0), at(8), at(90), at(4), at(95)], 0.02)).toEqual([0, 0, 1, 0, 1]);
    expect(groupFaces([at(0), at(60), at(120)], 0.02)).toEqual([0, 1, 2]);
    expect(groupFaces([], 0.02)).toEqual([]);
    expect(groupFaces([at(3)], 0.02)).toEqual([0]);
  });

  it('does not join by a chain of those who are near to the next', () => {
    const people = groupFaces(
      Array.from({ length: 13 }, (_, step) => at(10 * step)),
      0.02,
    );
    expect(new Set(people).size).toBeGreaterThan(4);
  });

  it('does not take the nearness of means for that of faces', () => {
    // Each picture is 0.2 off its person; two people are further apart on average than one is from themselves.
    const faces = pictures(6, 20, 0.5);
    const people = groupFaces(faces, 0.3);
    for (let person = 0; person < 6; person++)
      expect(new Set(people.slice(20 * person, 20 * person + 20))).toEqual(new Set([person]));
  });

  it('finds the same people in any order', () => {
    const faces = pictures(5, 12, 0.5);
    const order = faces.map((_, index) => (index * 7) % faces.length);
    const shuffled = groupFaces(
      order.map((index) => faces[index]!),
      0.3,
    );
    const people = groupFaces(faces, 0.3);
    for (const [place, index] of order.entries())
      for (const [otherPlace, other] of order.entries())
        expect(shuffled[place] === shuffled[otherPlace]).toBe(people[index] === people[other]);
  });
});
