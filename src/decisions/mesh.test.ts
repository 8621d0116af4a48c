import { expect, it } from 'vitest';
import { turnedMesh } from '../../test/support/turned-face.ts';
import { eyeDistance, imageDistance, meshPoints, spaceDistance } from './mesh.ts';

const mesh = new Float32Array(1404);
mesh.set([1, 2, 3], 33 * 3);
mesh.set([4, 6, 15], 263 * 3);

it('measures in the image and in space', () => {
  expect(imageDistance(mesh, 33, 263)).toBe(5);
  expect(spaceDistance(mesh, 33, 263)).toBe(13);
  expect(eyeDistance(mesh)).toBe(5);
});

it("names the points by the subject's own side", () => {
  const face = turnedMesh({ yaw: 0, pitch: 0, roll: 0 });
  const x = (point: number) => face[point * 3]!;
  const y = (point: number) => face[point * 3 + 1]!;
  const { rightEar, rightOuterEyeCorner, noseBase, leftOuterEyeCorner, leftEar } = meshPoints;
  const across = [rightEar, rightOuterEyeCorner, noseBase, leftOuterEyeCorner, leftEar].map(x);
  expect(across).toEqual(across.toSorted((one, other) => one - other));
  const down = [meshPoints.foreheadTop, meshPoints.noseBridge, noseBase, meshPoints.chin].map(y);
  expect(down).toEqual(down.toSorted((one, other) => one - other));
});
