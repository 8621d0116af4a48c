import { expect, it } from 'vitest';
import { pathOf } from './curve.ts';

const same = (value: number) => value;

it('is lifted where nothing was measured, and keeps a genuine 0', () =>
  expect(
    pathOf(
      [
        [0, 1],
        [1, 0],
        [2, null],
        [3, 5],
        [4, 6],
      ],
      same,
      same,
    ),
  ).toBe('M0.0 1.0L1.0 0.0M3.0 5.0L4.0 6.0'));

it('shows a value between two gaps as a dot', () =>
  expect(
    pathOf(
      [
        [0, null],
        [1, 2],
        [2, null],
      ],
      same,
      same,
    ),
  ).toBe('M1.0 2.0h.1'));

it('is empty without a value', () => expect(pathOf([[0, null]], same, same)).toBe(''));
