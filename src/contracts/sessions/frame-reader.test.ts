import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../test/support/session-client.ts';
import { BonafideError } from '../../errors.ts';
import { createFrameReader } from './frame-reader.ts';

const picture = Buffer.from('a picture');
const idleTimeout = 10_000;

/** What becomes of frames that say they were taken at `taken`, and arrive at `arrives`. */
function readAll(frames: readonly (readonly [taken: number, arrives: number])[]): string[] {
  const read = createFrameReader(1_000, idleTimeout);
  return frames.map(([taken, arrives]) => {
    try {
      return String(Buffer.from(read(frameOf(picture, taken), true, arrives)));
    } catch (error) {
      if (error instanceof BonafideError) return error.code;
      throw error;
    }
  });
}

const [fine, refused] = ['a picture', 'invalid_request'];

describe('the clock of a client', () => {
  it('may begin anywhere, and frames may come late, in bursts, and long after each other', () => {
    for (const start of [0, 7.5, 1_800_000_000_000])
      expect(
        readAll([
          [start, 5_000],
          [start + 100, 5_300],
          // A stalled network: two at once.
          [start + 200, 8_000],
          [start + 3_000, 8_000],
          // The camera paused, the way was long.
          [start + 13_000, 27_500],
        ]),
      ).toEqual([fine, fine, fine, fine, fine]);
  });

  it.each([
    ['counts seconds', 1 / 1_000],
    ['counts microseconds', 1_000],
    ['runs at half the speed', 0.5],
    ['runs at twice the speed', 2],
  ])('that %s is none', (_, speed) => {
    const minute = Array.from({ length: 60 }, (_, second) => second * 1_000);
    const fates = readAll(minute.map((at) => [at * speed, at] as const));
    expect(fates[0]).toBe(fine);
    expect(fates.at(-1)).toBe(refused);
    // Until then nobody is told off who may be right.
    const first = fates.indexOf(refused);
    expect(minute[first]! * Math.abs(1 - speed)).toBeGreaterThan(2 * idleTimeout);
  });

  it('that jumps is none, forth or back, until it is right again', () => {
    expect(
      readAll([
        [1_000, 1_000],
        [90_000, 1_100],
        [1_200, 1_200],
        [1_200, 1_300],
        [900, 1_400],
        [1_500, 1_500],
      ]),
    ).toEqual([fine, refused, fine, refused, refused, fine]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0.001])(
    'that shows %s is none',
    (time) => {
      expect(readAll([[time, 0]])).toEqual([refused]);
    },
  );
});

it('takes no more than a picture may have, and no text', () => {
  const read = createFrameReader(9, idleTimeout);
  expect(Buffer.from(read(frameOf(picture, 1), true, 1)).equals(picture)).toBe(true);
  expect(() => read(frameOf(Buffer.alloc(10), 2), true, 2)).toThrow(new BonafideError('payload_too_large'));
  expect(() => read(frameOf(picture, 2), false, 2)).toThrow(new BonafideError('invalid_request'));
  expect(() => read(frameOf(Buffer.alloc(0), 2), true, 2)).toThrow(new BonafideError('invalid_request'));
});
