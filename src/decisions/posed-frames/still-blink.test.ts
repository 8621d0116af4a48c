import { describe, expect, it } from 'vitest';
import { posedFace } from '../../../test/support/posed-facts.ts';
import { type EyePair, measured, unavailable } from '../facts.ts';
import { findStillBlinks } from './still-blink.ts';

const eyes = (open: number) => posedFace({}, { open });
const lids = ({ left, right }: EyePair<number>) =>
  posedFace(
    {},
    {
      eyes: measured({
        left: { aspectRatio: 0.3, lidGap: 0.3 * left },
        right: { aspectRatio: 0.3, lidGap: 0.3 * right },
      }),
    },
  );
const count = (...open: readonly number[]) => findStillBlinks(open.map(eyes), [eyes(1)]).count;

describe('counts how often open eyes close', () => {
  it.each([
    [[1, 0.2, 1], 1],
    [[0.2, 1, 0.2], 2],
    [[1, 0.2, 0.3, 1], 1],
    [[1, 0.2, 0.9, 0.1, 1], 2],
    [[1, 0.61], 1],
    [[1, 0.63], 0],
    [[1, 0.95, 1], 0],
  ])('%j: %d', (open, times) => expect(count(...open)).toBe(times));

  it('but not eyes that are closed throughout, whatever the other frames show', () => {
    expect(count(0.1, 0.2, 0.1)).toBe(0);
    expect(count(0.1)).toBe(0);
  });

  it('nor eyes that are half open at best', () => expect(count(0.7, 0.2, 0.7)).toBe(0));
});

it('tells open eyes by the frames beside the blink, too', () => {
  const squinting = [eyes(0.5), eyes(0.35)];
  expect(findStillBlinks(squinting, []).valid).toBe(false);
  expect(findStillBlinks([eyes(0.5), eyes(0.25)], []).valid).toBe(true);
  expect(findStillBlinks([eyes(0.5), eyes(0.25)], [eyes(1)]).valid).toBe(false);
});

it('looks away from turned faces: their lids are measured badly', () => {
  const turned = posedFace({ yaw: 40 }, { open: 2 });
  expect(findStillBlinks([eyes(1), eyes(0.3)], [turned])).toMatchObject({ count: 1 });
  expect(findStillBlinks([eyes(1), posedFace({ yaw: 40 }, { open: 0.1 })], [])).toMatchObject({ count: 0 });
});

it('does not count a wink', () => {
  expect(findStillBlinks([eyes(1), lids({ left: 0, right: 0.85 })], [])).toMatchObject({ count: 0 });
  expect(findStillBlinks([eyes(1), lids({ left: 0, right: 0.75 })], [])).toMatchObject({ count: 1 });
});

it('does not count a picture that is squeezed', () => {
  const squeezed = posedFace({}, { open: 0.5, shape: { height: 120 } });
  expect(findStillBlinks([eyes(1), squeezed], [])).toMatchObject({ valid: false, confidence: 0 });
  const hardly = posedFace({}, { open: 0.5, shape: { height: 225 } });
  expect(findStillBlinks([eyes(1), hardly], [])).toMatchObject({ valid: true });
});

it('is surer the further the eyes close', () => {
  const sure = [0.6, 0.5, 0.4, 0.3, 0.1].map((open) => findStillBlinks([eyes(1), eyes(open)], []).confidence);
  expect(sure).toEqual([...sure].sort());
  expect(sure[0]).toBeGreaterThan(0.5);
  expect(sure.at(-1)).toBe(1);
});

it('counts the frames it could measure, and makes nothing of none', () => {
  const blind = posedFace({}, { eyes: unavailable('not_measurable') });
  expect(findStillBlinks([eyes(1), undefined, blind, eyes(0.1)], [])).toMatchObject({
    measured: 2,
    count: 1,
  });
  expect(findStillBlinks([undefined], [])).toEqual({ valid: false, count: 0, measured: 0, confidence: 0 });
  expect(findStillBlinks([], [eyes(1)])).toMatchObject({ valid: false, measured: 0 });
});

it('needs eyes that were ever open', () => {
  const neverOpen = [posedFace({}, { open: 0.3 }), posedFace({}, { open: 0.05 })];
  expect(findStillBlinks(neverOpen, [])).toMatchObject({ measured: 2, count: 0 });
});
