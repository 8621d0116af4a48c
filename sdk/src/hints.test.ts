import { describe, expect, it } from 'vitest';
import { hintCodes, hintOf, noHint, type SteadyHint, steadyHint } from './hints.ts';
import { texts } from './texts.ts';
import type { ServerMessage } from './wire.ts';

const waiting: ServerMessage = {
  type: 'waiting',
  state: 'WAITING_CENTER',
  instruction: 'CENTER',
  success: 0,
  total: 3,
};

describe('a message means', () => {
  it.each<[Partial<ServerMessage>, ReturnType<typeof hintOf>]>([
    [{}, null],
    [{ hint: 'face_too_dark' }, 'face_too_dark'],
    [{ hint: 'face_too_small' }, 'face_too_small'],
    [{ hint: 'face_too_close' }, 'face_too_close'],
    [{ hint: 'several_faces' }, 'several_faces'],
    [{ hint: 'of_the_future' }, null],
    [{ type: 'no_face' }, 'no_face'],
    [{ type: 'no_face', hint: 'several_faces' }, 'several_faces'],
    [{ wrong_direction: 'LEFT' }, 'wrong_direction'],
    [{ error: 'busy' }, 'busy'],
    [{ error: 'perception_lost' }, 'busy'],
    [{ error: 'invalid_image' }, 'unreadable'],
  ])('%j: %s', (part, hint) => expect(hintOf({ ...waiting, ...part })).toBe(hint));
});

it('has words for every hint', () => {
  for (const code of hintCodes) expect(texts.en).toHaveProperty([`sdk.hint.${code}`]);
});

describe('a hint on the screen', () => {
  type Step = [at: number, code: SteadyHint['shown']];
  const shown = (steps: readonly Step[]) => {
    let hint = noHint;
    return steps.map(([at, code]) => {
      hint = steadyHint(hint, code, at);
      return hint.shown;
    });
  };

  it('waits until it has lasted', () =>
    expect(
      shown([
        [0, 'no_face'],
        [150, 'no_face'],
        [400, 'no_face'],
      ]),
    ).toEqual([null, null, 'no_face']));

  it('does not come of one odd frame', () =>
    expect(
      shown([
        [0, 'no_face'],
        [150, null],
        [300, 'no_face'],
        [450, null],
        [900, null],
      ]),
    ).toEqual([null, null, null, null, null]));

  it('comes at once where it is said once, and stays to be read', () =>
    expect(
      shown([
        [0, 'wrong_direction'],
        [150, null],
        [1_000, null],
        [1_300, null],
      ]),
    ).toEqual(['wrong_direction', 'wrong_direction', 'wrong_direction', null]));

  it('gives way to another, but not before it can have been read', () =>
    expect(
      shown([
        [0, 'busy'],
        [100, 'face_too_dark'],
        [600, 'face_too_dark'],
        [1_400, 'face_too_dark'],
      ]),
    ).toEqual(['busy', 'busy', 'busy', 'face_too_dark']));
});
