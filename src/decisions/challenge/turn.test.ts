import { describe, expect, it } from 'vitest';
import { type Bearing, bearingOf, type Hold, heldBearing, holdOn } from './turn.ts';

describe('bearingOf', () => {
  it.each([
    [0, 0, 'CENTER'],
    [12, -12, 'CENTER'],
    [12.1, 0, 'BETWEEN'],
    [-19.9, 0, 'BETWEEN'],
    [-20, 0, 'LEFT'],
    [20, 0, 'RIGHT'],
    [0, 17.9, 'BETWEEN'],
    [0, 18, 'UP'],
    [0, -18, 'DOWN'],
    [-30, 20, 'LEFT'],
    [-30, 21, 'BETWEEN'],
    [20, 30, 'UP'],
    [20.1, -30, 'BETWEEN'],
  ] as const)('yaw %d°, pitch %d° from neutral: %s', (yaw, pitch, bearing) => {
    const neutral = { yaw: -4, pitch: -20 };
    const pose = { yaw: neutral.yaw + yaw, pitch: neutral.pitch + pitch };
    expect(bearingOf(pose, neutral)).toBe(bearing);
  });
});

describe('a hold', () => {
  /** Bearings with the milliseconds between them. */
  const hold = (interval: number, ...bearings: (Bearing | null)[]) =>
    heldBearing(
      bearings.reduce<Hold | null>(
        (before, bearing, index) => holdOn(before, bearing, index * interval),
        null,
      ),
    );

  it('of a turn takes a quarter of a second', () => {
    expect(hold(124, 'LEFT', 'LEFT', 'LEFT')).toBeNull();
    expect(hold(125, 'LEFT', 'LEFT', 'LEFT')).toBe('LEFT');
    expect(hold(333, 'LEFT', 'LEFT')).toBe('LEFT');
  });

  it('of the centre takes less', () => {
    expect(hold(119, 'CENTER', 'CENTER')).toBeNull();
    expect(hold(120, 'CENTER', 'CENTER')).toBe('CENTER');
  });

  it('is broken by any other bearing', () => {
    expect(hold(100, 'LEFT', 'LEFT', 'BETWEEN', 'LEFT', 'LEFT')).toBeNull();
    expect(hold(200, 'UP', 'LEFT', 'UP', 'LEFT')).toBeNull();
  });

  it('of nothing is nothing', () => {
    expect(hold(300, 'BETWEEN', 'BETWEEN', 'BETWEEN')).toBeNull();
    expect(hold(300, null, null)).toBeNull();
  });

  it('bridges a second in which the face was lost, and no more', () => {
    expect(hold(250, 'UP', null, null, null, 'UP')).toBe('UP');
    expect(hold(251, 'UP', null, null, null, 'UP')).toBeNull();
  });

  it('is not made by a single frame, however long it is bridged', () => {
    expect(hold(300, 'UP', null, null)).toBeNull();
  });
});
