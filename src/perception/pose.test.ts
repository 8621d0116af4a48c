import { describe, expect, it } from 'vitest';
import meanFace from './mean-face.json' with { type: 'json' };
import { fitMeanFace } from './pose.ts';
import { fitRotation, shapeMisfit } from './rigid-fit.ts';

type Axis = 'x' | 'y' | 'z';

/** Turns points (x right, y down, z away) by degrees about one axis, right-handed. */
function turn(points: Float32Array, axis: Axis, degrees: number): Float32Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [first, second] = { x: [1, 2], y: [2, 0], z: [0, 1] }[axis] as [number, number];
  const turned = points.slice();
  for (let at = 0; at < points.length; at += 3) {
    turned[at + first] = cos * points[at + first]! - sin * points[at + second]!;
    turned[at + second] = sin * points[at + first]! + cos * points[at + second]!;
  }
  return turned;
}

/** The mean face is tipped down by 4.7°; see `pose.ts`. */
const frontal = turn(Float32Array.from(meanFace.points), 'x', -4.7);
const noseTip = 1;

describe('fitMeanFace', () => {
  it('finds no pose in the mean face', () => {
    const { pose, misfit } = fitMeanFace(frontal);
    for (const angle of Object.values(pose)) expect(angle).toBeCloseTo(0, 3);
    expect(misfit).toBeLessThan(1e-3);
  });

  it('reads yaw as negative when the nose moves to the right of the image (their own left)', () => {
    const turned = turn(frontal, 'y', -25);
    expect(turned[noseTip * 3]).toBeGreaterThan(frontal[noseTip * 3]!);
    expect(fitMeanFace(turned).pose.yaw).toBeCloseTo(-25, 3);
  });

  it('reads pitch as positive when the nose goes up', () => {
    const tipped = turn(frontal, 'x', -20);
    expect(tipped[noseTip * 3 + 1]).toBeLessThan(frontal[noseTip * 3 + 1]!);
    expect(fitMeanFace(tipped).pose.pitch).toBeCloseTo(20, 3);
  });

  it('reads roll as positive when the head leans clockwise in the image (to their own left)', () => {
    expect(fitMeanFace(turn(frontal, 'z', 30)).pose.roll).toBeCloseTo(30, 3);
  });

  it('takes roll · yaw · pitch apart, wherever the face is and whatever its size', () => {
    const posed = turn(turn(turn(frontal, 'x', 15), 'y', 35), 'z', -50).map((value) => 300 + 80 * value);
    const { pose, misfit } = fitMeanFace(posed);
    expect(pose.pitch).toBeCloseTo(-15, 2);
    expect(pose.yaw).toBeCloseTo(35, 2);
    expect(pose.roll).toBeCloseTo(-50, 2);
    expect(misfit).toBeLessThan(2e-3);
  });

  it('fits a squeezed face badly', () => {
    const squeezed = frontal.map((value, at) => (at % 3 === 1 ? value * 0.5 : value));
    expect(fitMeanFace(squeezed).misfit).toBeGreaterThan(0.15);
  });
});

describe('rigid fit', () => {
  it('finds a rotation by 180°, where small-angle methods fail', () => {
    const rotation = fitRotation(frontal, turn(frontal, 'z', 180));
    expect(rotation[0]).toBeCloseTo(-1, 4);
    expect(rotation[8]).toBeCloseTo(1, 4);
  });

  it('never answers a mirror image', () => {
    const mirrored = frontal.map((value, at) => (at % 3 === 0 ? -value + value ** 2 : value));
    const [a, b, c, d, e, f, g, h, i] = fitRotation(frontal, mirrored);
    expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 4);
  });

  it('calls points without extent a complete misfit', () => {
    const still = new Float32Array(frontal.length).fill(4);
    expect(shapeMisfit(frontal, still, [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBe(1);
  });
});
