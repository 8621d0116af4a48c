import { describe, expect, it } from 'vitest';
import { posedFace } from '../../../test/support/posed-facts.ts';
import { checkPose, checkSizes } from './checks.ts';

const looking = (yaw: number, pitch = 0) => ({ yaw, pitch, roll: 0 });

describe('a pose, by seed 002', () => {
  it.each([
    ['left', -22.1, 3.5, 0.88],
    ['right', 25.3, 5.2, 0.95],
    ['right', 8.3, 2.1, 0.54],
    ['center', 0.5, 2.1, 0.96],
  ] as const)(
    '%s at yaw %d, pitch %d has a confidence of %d, as in its examples',
    (asked, yaw, pitch, confidence) => {
      const check = checkPose(asked, looking(yaw, pitch));
      expect(check).toMatchObject({ valid: true, actual: asked });
      expect(Math.abs(check.confidence - confidence)).toBeLessThan(0.011);
    },
  );

  it('is center where left was asked and the face hardly turned, as in its second example', () => {
    expect(checkPose('left', looking(2.1, 1.5))).toEqual({ valid: false, actual: 'center', confidence: 0 });
  });

  it.each([
    ['left', -5, true],
    ['left', -4.9, false],
    ['left', -100, true],
    ['left', -101, false],
    ['right', 5, true],
    ['right', 4.9, false],
    ['right', 100, true],
    ['right', 100.1, false],
    ['center', 15, true],
    ['center', -15, true],
    ['center', 15.1, false],
  ] as const)('%s at yaw %d is valid: %s', (asked, yaw, valid) => {
    expect(checkPose(asked, looking(yaw)).valid).toBe(valid);
  });

  it.each([
    [15, true],
    [15.1, false],
    [-10, true],
    [-10.1, false],
  ])('center at pitch %d is valid: %s; turns take any pitch', (pitch, valid) => {
    expect(checkPose('center', looking(0, pitch)).valid).toBe(valid);
    expect(checkPose('left', looking(-20, pitch * 5)).valid).toBe(true);
  });

  it.each([
    ['left', 12, 0, 'right'],
    ['right', -12, 0, 'left'],
    ['right', 0, 40, 'center'],
    ['center', -16, 40, 'left'],
    ['center', 16, 0, 'right'],
    ['center', 8, 16, 'up'],
    ['center', 8, -11, 'down'],
  ] as const)('says where a face looks: asked %s, yaw %d, pitch %d is %s', (asked, yaw, pitch, actual) => {
    expect(checkPose(asked, looking(yaw, pitch))).toEqual({ valid: false, actual, confidence: 0 });
  });

  it('is surer the further the turn, and the nearer to the centre', () => {
    const rises = (values: readonly number[]) => {
      for (const [at, value] of values.slice(1).entries()) expect(value).toBeGreaterThanOrEqual(values[at]!);
      expect(values.at(-1)).toBeGreaterThan(values[0]!);
      expect(Math.min(...values)).toBeGreaterThan(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
    };
    const degrees = Array.from({ length: 96 }, (_, at) => at + 5);
    rises(degrees.map((yaw) => checkPose('right', looking(yaw)).confidence));
    rises(degrees.map((yaw) => checkPose('left', looking(-yaw)).confidence));
    rises([15, 10, 5, 0].map((yaw) => checkPose('center', looking(yaw, 3)).confidence));
    rises([15, 8, 2, 0].map((pitch) => checkPose('center', looking(-4, pitch)).confidence));
    rises([-10, -6, -2, 0].map((pitch) => checkPose('center', looking(4, pitch)).confidence));
  });
});

describe('sizes', () => {
  const sized = (...areas: readonly number[]) =>
    checkSizes(areas.map((area) => posedFace({}, { box: { x: 0, y: 0, width: area / 100, height: 100 } })));

  it('are averaged, and their variation is the standard deviation over the mean', () => {
    expect(sized(30_000, 50_000)).toMatchObject({ averageSize: 40_000, variation: 0.25, valid: true });
  });

  it.each([
    [0.12, 0.94],
    [0.18, 0.75],
  ])(
    'with a variation of %d have a confidence of %d, as in the examples of seed 002',
    (variation, confidence) => {
      const check = sized(40_000 * (1 - variation), 40_000 * (1 + variation));
      expect(check.variation).toBeCloseTo(variation);
      expect(check.confidence).toBeCloseTo(confidence, 2);
    },
  );

  it('vary too much from one half on', () => {
    expect(sized(51, 149)).toMatchObject({ valid: true });
    expect(sized(49, 151)).toMatchObject({ valid: false, confidence: 0 });
    expect(sized(100, 100)).toMatchObject({ valid: true, confidence: 1 });
  });
});
