import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fivePoints } from '../alignment.ts';
import type { Detection } from '../detection.ts';
import meanFace from '../mean-face.json' with { type: 'json' };
import { createSession, type Session } from '../runtime/session.ts';
import { buildPyramid, toImage } from '../sampling.ts';
import { createMaskNet, maskCrop, maskCropSide } from './face-mask.ts';
import { modelPath } from './files.ts';
import { findModel } from './registry.ts';

const side = maskCropSide;

/** A crop in -1..1 made of sines, as `training/face-mask/golden.py` makes it. */
function sines(): Float32Array {
  const values = new Float32Array(3 * side * side);
  for (let channel = 0, at = 0; channel < 3; channel++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) values[at++] = 0.8 * Math.sin(0.11 * x * (channel + 1) + 0.07 * y);
  return values;
}

let session: Session;
beforeAll(async () => {
  const onnx = readFileSync(modelPath(findModel('face-mask'), ''));
  session = await createSession(onnx, { executionProviders: ['cpu'], threads: 1 });
});

describe('the exported mask net', () => {
  it('says what PyTorch said of the same crop and its upside-down image, within 0.0005 of log-odds', async () => {
    const crop = sines();
    const data = new Float32Array(2 * crop.length);
    data.set(crop);
    for (let row = 0; row < 3 * side; row++) {
      const [plane, y] = [Math.floor(row / side), row % side];
      const from = (plane * side + side - 1 - y) * side;
      data.set(crop.subarray(from, from + side), crop.length + row * side);
    }
    const { logit } = await session.run({ crop: { data, dims: [2, 3, side, side] } });
    // `python3 training/face-mask/golden.py NET.pt`
    const golden = [-2.40827, -1.96019];
    for (const [at, value] of golden.entries()) expect(logit?.[at]).toBeCloseTo(value, 3);
  });
});

/** A face 100 pixels wide about (200, 200), by the detector alone. */
const detection: Detection = {
  box: { x: 150, y: 140, width: 100, height: 130 },
  score: 0.9,
  rightEye: { x: 175, y: 180 },
  leftEye: { x: 225, y: 180 },
};

/** The mean face about (200, 200), 50 pixels a unit. */
const points = Float32Array.from(meanFace.points, (value, at) => value * 50 + (at % 3 === 2 ? 0 : 200));

describe('maskCrop', () => {
  it('lays the crop over the face by its mesh, from the brows to below the chin', () => {
    const crop = maskCrop(detection, { points, presence: 0.9 });
    const [rightEye, leftEye, nose] = fivePoints(points);
    const corners = [toImage(crop, 0, 0), toImage(crop, side, side)];
    expect(corners[0]!.x).toBeCloseTo(200 - 1.75 * 50, 1);
    expect(corners[0]!.y).toBeCloseTo(200 - 1.15 * 50, 1);
    expect(corners[1]!.x).toBeCloseTo(200 + 1.75 * 50, 1);
    expect(corners[1]!.y).toBeCloseTo(200 + 2.35 * 50, 1);
    for (const { y } of [rightEye, leftEye, nose]) expect(y).toBeGreaterThan(corners[0]!.y);
  });

  it('falls back on the box where the mesh net sees no face', () => {
    const crop = maskCrop(detection, { points, presence: 0.2 });
    const middle = toImage(crop, side / 2, side / 2);
    expect(middle.x).toBeCloseTo(200, 5);
    expect(middle.y).toBeCloseTo(205 + 0.245 * 130, 5);
    expect(Math.hypot(crop.a, crop.b) * side).toBeCloseTo(1.03 * 130, 5);
  });

  it('leans with the eyes of the detector', () => {
    const leaning = { ...detection, leftEye: { x: 225, y: 230 } };
    const crop = maskCrop(leaning, { points, presence: 0.2 });
    expect(Math.atan2(crop.b, crop.a)).toBeCloseTo(Math.PI / 4, 5);
  });
});

describe('createMaskNet', () => {
  it('gives a mirrored face the same probability', async () => {
    const width = 400;
    const image = { width, height: width, data: new Uint8Array(width * width * 3) };
    for (let at = 0; at < image.data.length; at++) image.data[at] = (at * 7919) % 251;
    const mirrored = { ...image, data: new Uint8Array(image.data.length) };
    for (let pixel = 0; pixel < width * width; pixel++) {
      const from = pixel - (pixel % width) + (width - 1 - (pixel % width));
      mirrored.data.set(image.data.subarray(from * 3, from * 3 + 3), pixel * 3);
    }
    const net = createMaskNet(session);
    const mesh = { points, presence: 0 };
    const one = await net(buildPyramid(image, 64), detection, mesh);
    const other = await net(buildPyramid(mirrored, 64), detection, mesh);
    expect(one).toBeGreaterThanOrEqual(0);
    expect(one).toBeLessThanOrEqual(1);
    expect(other).toBeCloseTo(one, 4);
  });
});
