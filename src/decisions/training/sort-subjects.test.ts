import { describe, expect, it } from 'vitest';
import { sortSubjects } from './sort-subjects.ts';

/** A face in a direction of its own, turned a little by `degrees`. */
function face(person: number, degrees = 0): Float32Array {
  const vector = new Float32Array(4);
  const angle = (degrees * Math.PI) / 180;
  vector[person] = Math.cos(angle);
  vector[3] = Math.sin(angle);
  return vector;
}

const picture = (name: string | undefined, embedding?: Float32Array) => ({ name, embedding });

describe('subjects', () => {
  it('are who was named, whatever faces say', () => {
    expect(sortSubjects([picture('ana', face(0)), picture('bia', face(0)), picture('ana')], 0.1)).toEqual([
      'named ana',
      'named bia',
      'named ana',
    ]);
  });

  it('are told by faces where nobody was named, and are one where those cannot be compared', () => {
    const sorted = sortSubjects(
      [face(0), face(1), face(0, 5), undefined, undefined].map((embedding) => picture(undefined, embedding)),
      0.1,
    );
    expect(sorted[2]).toBe(sorted[0]);
    expect(sorted[4]).toBe(sorted[3]);
    expect(new Set(sorted).size).toBe(3);
  });

  it('go by the name of the same face in other pictures', () => {
    const sorted = sortSubjects(
      [picture(undefined, face(0)), picture('ana', face(0, 5)), picture(undefined, face(1)), picture('bia')],
      0.1,
    );
    expect(sorted).toEqual(['named ana', 'named ana', expect.stringMatching(/^face \d+$/), 'named bia']);
  });
});
