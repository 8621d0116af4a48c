import { describe, expect, it } from 'vitest';
import { turnedMesh } from '../../../test/support/turned-face.ts';
import { affineResidual } from './flatness.ts';

const frontal = turnedMesh({ yaw: 0, pitch: 0, roll: 0 });

/** A flat picture of the mean face, turned about its upright axis before a camera some faces away. */
function turnedPicture(degrees: number, faces: number): Float32Array {
  const [turn, far] = [(degrees * Math.PI) / 180, faces * 180];
  return frontal.map((value, at) => {
    const across = frontal[at - (at % 3)]! - 320;
    const nearer = far / (far + across * Math.sin(turn));
    if (at % 3 === 0) return 320 + across * Math.cos(turn) * nearer;
    return at % 3 === 1 ? 240 + (value - 240) * nearer : value;
  });
}

describe('the affine residual', () => {
  it('is nothing for what an affine map does: moved, turned in the plane, resized, squeezed, sheared', () => {
    const moved = turnedMesh({ yaw: 0, pitch: 0, roll: 25 }, 140, { x: 90, y: 600 });
    expect(affineResidual(frontal, moved)).toBeCloseTo(0, 4);
    const bent = frontal.map((value, at) => (at % 3 === 0 ? 0.5 * value + 0.3 * frontal[at + 1]! : value));
    expect(affineResidual(frontal, bent)).toBeCloseTo(0, 4);
  });

  it.each([10, 20, 30])('is small for a picture turned by %d°, near the camera', (degrees) => {
    expect(affineResidual(frontal, turnedPicture(degrees, 3))).toBeLessThan(0.03);
  });

  it.each([
    [20, 0],
    [-30, 0],
    [0, 20],
    [0, -25],
  ])('is large for a head turned by %d° and %d°', (yaw, pitch) => {
    expect(affineResidual(frontal, turnedMesh({ yaw, pitch, roll: 0 }))).toBeGreaterThan(0.06);
  });

  it('does not depend on the size of the picture', () => {
    const turned = { yaw: 30, pitch: 5, roll: 0 };
    const large = turnedMesh({ yaw: 0, pitch: 0, roll: 0 }, 200);
    expect(affineResidual(large, turnedMesh(turned, 30))).toBeCloseTo(
      affineResidual(frontal, turnedMesh(turned)),
      4,
    );
  });

  it('is nothing where the points say nothing', () => {
    expect(affineResidual(frontal, new Float32Array(frontal.length))).toBe(0);
    expect(affineResidual(new Float32Array(frontal.length), frontal)).toBe(0);
    expect(
      affineResidual(
        frontal,
        frontal.map((_, at) => Math.floor(at / 3)),
      ),
    ).toBe(0);
  });
});
