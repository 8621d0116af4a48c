import { expect, it } from 'vitest';
import { nose } from './head.ts';

// In a mirror: the subject's own left is on the left of the screen, and up is up.

it.each([
  ['to the own left', [-30, 0, 0], [-1, 0]],
  ['to the own right', [30, 0, 0], [1, 0]],
  ['up', [0, 20, 0], [0, -1]],
  ['down', [0, -20, 0], [0, 1]],
  ['up, of a head that leans to the own left', [0, 20, 90], [-1, 0]],
] as const)('the nose points %s', (_where, [yaw, pitch, roll], [right, down]) => {
  const [from, to] = nose(yaw, pitch, roll);
  for (const point of [from, to])
    expect(point.map((value) => Math.sign(Math.round(value)) + 0)).toEqual([right, down]);
  expect(Math.hypot(...to)).toBeGreaterThan(Math.hypot(...from));
});
