import { expect, it } from 'vitest';
import { meshOf } from '../../test/support/posed-facts.ts';
import { eyesOverNose, keepsShape, widthRatio } from './face-width.ts';

/** A mesh turned about the upright axis through its middle. */
function turned(mesh: Float32Array, degrees: number): Float32Array {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const out = mesh.slice();
  for (let at = 0; at < mesh.length; at += 3) {
    out[at] = 200 + (mesh[at]! - 200) * cos + mesh[at + 2]! * sin;
    out[at + 2] = mesh[at + 2]! * cos - (mesh[at]! - 200) * sin;
  }
  return out;
}

it('does not change with the turn of a head, its place or its size', () => {
  const head = meshOf();
  for (const degrees of [-60, -20, 5, 45]) expect(widthRatio(head, turned(head, degrees))).toBeCloseTo(1);
  const nearer = meshOf({ x: 90, y: 400, width: 360, height: 480 });
  expect(widthRatio(head, turned(nearer, 30))).toBeCloseTo(1);
});

it('tells how much narrower a face has become', () => {
  expect(widthRatio(meshOf({ width: 180 }), meshOf({ width: 162 }))).toBeCloseTo(0.9);
  expect(widthRatio(meshOf({ height: 240 }), meshOf({ height: 200 }))).toBeCloseTo(1.2);
});

it('tells a picture that is squeezed by its eyes and nose, and no nod', () => {
  const open = eyesOverNose(meshOf());
  const nodding = meshOf();
  for (let at = 0; at < nodding.length; at += 3) {
    const down = nodding[at + 1]! - 170;
    nodding.set([170 + down * Math.cos(0.5), down * Math.sin(0.5)], at + 1);
  }
  expect(eyesOverNose(nodding)).toBeCloseTo(open);
  expect(keepsShape(open, eyesOverNose(meshOf({ height: 225 })))).toBe(true);
  expect(keepsShape(open, eyesOverNose(meshOf({ height: 210 })))).toBe(false);
  expect(keepsShape(open, eyesOverNose(meshOf({ width: 160 })))).toBe(false);
});
