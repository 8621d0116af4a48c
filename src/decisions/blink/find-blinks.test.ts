import { expect, test } from 'vitest';
import { blinkCurve, type ClipShape, clipFacts, type Moment } from '../../../test/support/clip-facts.ts';
import { findBlinks } from './find-blinks.ts';

/** What becomes of the eyes of a clip. */
function watch(momentAt: (milliseconds: number) => Moment | undefined, shape?: ClipShape) {
  const { blinks, refused } = findBlinks(clipFacts(momentAt, shape).frames);
  return { times: blinks.map(({ at }) => Math.round(at)), why: refused.map(({ why }) => why), blinks };
}

const both = (openness: number): Moment => ({ left: openness, right: openness });
const blink = blinkCurve(1500);

test('both eyes that close and reopen have blinked, once and then', () => {
  const { times, why, blinks } = watch((at) => both(blink(at)));
  expect(times).toHaveLength(1);
  expect(Math.abs(times[0]! - 1500)).toBeLessThan(50);
  expect(blinks[0]!.duration).toBeGreaterThan(120);
  expect(blinks[0]!.duration).toBeLessThan(180);
  expect(why).toEqual([]);
});

test('two blinks in a row are two, though the eyes only half open between', () => {
  const second = blinkCurve(1900);
  const { times } = watch((at) => {
    const openness = Math.min(blink(at), second(at));
    return both(at > 1500 && at < 1900 ? Math.min(openness, 0.72) : openness);
  });
  expect(times).toHaveLength(2);
});

test.each([10, 15, 60])('at %d frames a second a blink is seen', (frameRate) => {
  expect(watch((at) => both(blinkCurve(1500, 200)(at)), { frameRate }).times).toHaveLength(1);
});

test.each<[string, string[], (milliseconds: number) => Moment | undefined, ClipShape?]>([
  ['open eyes', [], () => both(1)],
  ['eyes closed throughout', [], () => both(0)],
  ['eyes that open and stay open', [], (at) => both(at < 1000 ? 0 : 1)],
  ['eyes that close and stay closed', [], (at) => both(at > 2000 ? 0 : 1)],
  ['a squint', [], (at) => both(0.7 + 0.3 * blink(at))],
  ['a gaze that drops for a second', ['too_long'], (at) => both(blinkCurve(1500, 1000)(at))],
  ['a wink', ['one_eye'], (at) => ({ left: blink(at), right: 1 })],
  [
    'a flicker of one frame',
    ['too_short'],
    (at) => both(Math.abs(at - 1500) < 9 ? 0.55 : 1),
    { frameRate: 60 },
  ],
  ['a nod', ['head_moved'], (at) => ({ ...both(blink(at)), pitch: -24 * (1 - blink(at)) })],
  [
    'a blink with the head turned aside',
    ['face_turned'],
    (at) => ({
      ...both(blink(at)),
      yaw: Math.abs(at - 1500) < 700 ? 35 : 0,
    }),
  ],
  ['a picture that is squeezed', ['face_warped'], (at) => ({ squeeze: 0.4 + 0.6 * blink(at) })],
  [
    'a bar drawn across fast',
    ['covered'],
    (at) => ({
      ...both(blink(at)),
      step: Math.abs(at - 1500) < 40 ? 0.08 : 0.004,
    }),
  ],
  [
    'a bar drawn across slowly',
    ['covered'],
    (at) => ({
      ...both(blink(at)),
      lately: Math.abs(at - 1500) < 100 ? 0.07 : 0.004,
    }),
  ],
  ['another picture for a moment', ['abrupt'], (at) => both(Math.abs(at - 1500) < 90 ? 0.1 : 1)],
  [
    'a face that is lost while it blinks',
    [],
    (at) => (Math.abs(at - 1500) < 150 ? undefined : both(blink(at))),
  ],
])('%s: no blink', (_, why, momentAt, shape) => {
  const seen = watch(momentAt, shape);
  expect([seen.times, seen.why]).toEqual([[], why]);
});

test('eyes that flicker as deep as they close cannot be told from blinks', () => {
  let state = 1;
  const noise = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const { times, why } = watch((at) => both(Math.min(blink(at) * 0.45 + 0.55, 1) - 0.25 * noise()));
  expect(times).toEqual([]);
  expect(why).toContain('too_noisy');
});

test('skin beside the eyes may change while the head turns', () => {
  const { times } = watch((at) => ({
    ...both(blink(at)),
    yaw: (at - 1500) / 15,
    lately: 0.08,
  }));
  expect(times).toHaveLength(1);
});

test('a clip without a face, or of one frame, shows nothing', () => {
  expect(watch(() => undefined)).toMatchObject({ times: [], why: [] });
  expect(watch(() => both(1), { seconds: 0 })).toMatchObject({ times: [], why: [] });
});
