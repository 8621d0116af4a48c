import { expect, it } from 'vitest';
import { turnedMesh } from '../../test/support/turned-face.ts';
import { isCut } from './continuity.ts';

const head = (x: number, radius: number, yaw = 0) =>
  turnedMesh({ yaw, pitch: 0, roll: 0 }, radius, { x, y: 240 });

it('is no cut to turn the head fast, or to move it as heads move', () => {
  expect(isCut(head(320, 60), head(320, 60, 60), 143)).toBe(false);
  expect(isCut(head(320, 60), head(320 + 170, 60), 143)).toBe(false);
  expect(isCut(head(320, 60), head(320, 85), 143)).toBe(false);
});

it('is a cut to be elsewhere, or of another size, a moment later', () => {
  expect(isCut(head(320, 60), head(320 + 190, 60), 143)).toBe(true);
  expect(isCut(head(320, 60), head(320, 100), 143)).toBe(true);
  expect(isCut(head(320, 100), head(320, 60), 143)).toBe(true);
});

it('is no cut to be elsewhere after a while', () => {
  expect(isCut(head(320, 60), head(900, 120), 210)).toBe(true);
  expect(isCut(head(320, 60), head(900, 120), 211)).toBe(false);
});
