import { describe, expect, it } from 'vitest';
import { turnedMesh } from '../../../test/support/turned-face.ts';
import { isCut, type SeenFace } from './continuity.ts';

const neutral = { yaw: 0, pitch: 0 };
const head = (at: number, { x = 320, radius = 60, yaw = 0 } = {}): SeenFace => {
  const pose = { yaw, pitch: 0, roll: 0 };
  return { at, pose, mesh: turnedMesh(pose, radius, { x, y: 240 }) };
};
const cut = (before: SeenFace, now: SeenFace, wasLost = false, isBlind = false) =>
  isCut(before, now, { wasLost, neutral, isBlind });

describe('a head that is seen from frame to frame', () => {
  it.each([143, 333, 450])('may turn and move as heads do in %d ms', (at) => {
    expect(cut(head(0), head(at, { yaw: 40 }))).toBe(false);
    expect(cut(head(0), head(at, { x: 490 }))).toBe(false);
    expect(cut(head(0), head(at, { radius: 85 }))).toBe(false);
  });

  it.each([143, 333, 450])('is not elsewhere or of another size %d ms later', (at) => {
    expect(cut(head(0), head(at, { x: 510 }))).toBe(true);
    expect(cut(head(0), head(at, { radius: 100 }))).toBe(true);
    expect(cut(head(0, { radius: 100 }), head(at))).toBe(true);
  });

  it('may be elsewhere after a while', () => {
    expect(cut(head(0), head(451, { x: 900, radius: 120 }))).toBe(false);
  });

  it('turns at most 300 degrees a second, or 60 degrees between frames that arrive together', () => {
    expect(cut(head(0, { yaw: -40 }), head(333, { yaw: 59 }))).toBe(false);
    expect(cut(head(0, { yaw: -40 }), head(333, { yaw: 60 }))).toBe(true);
    expect(cut(head(0, { yaw: -30 }), head(1, { yaw: 30 }))).toBe(false);
    expect(cut(head(0, { yaw: -30 }), head(1, { yaw: 31 }))).toBe(true);
  });
});

describe('a head that was away', () => {
  it('comes back where it was lost', () => {
    expect(cut(head(0, { yaw: 50 }), head(1000, { yaw: 30 }), true)).toBe(false);
    expect(cut(head(0, { yaw: 50 }), head(286, { yaw: 15 }), true)).toBe(true);
    expect(cut(head(0), head(286, { yaw: 30 }), true)).toBe(true);
    const unknown = { wasLost: true, neutral: null, isBlind: false };
    expect(isCut(head(0), head(286, { yaw: 15 }), unknown)).toBe(false);
  });

  it('is another after more than a second', () => {
    expect(cut(head(0, { yaw: 50 }), head(1001, { yaw: 50 }), true)).toBe(true);
  });

  it('is another when no frame came for so long only where no model tells faces apart', () => {
    expect(cut(head(0), head(1001, { yaw: 30 }))).toBe(false);
    expect(cut(head(0), head(1000, { yaw: 30 }), false, true)).toBe(false);
    expect(cut(head(0), head(1001, { yaw: 30 }), false, true)).toBe(true);
  });
});
