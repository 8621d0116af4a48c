import { describe, expect, it } from 'vitest';
import { turnedMesh } from '../../../test/support/turned-face.ts';
import type { Session, Tensor } from '../runtime/session.ts';
import { buildPyramid } from '../sampling.ts';
import { createMobileFaceNet } from './mobilefacenet.ts';

const side = 112;

/** A session that keeps what it is given and answers with the mean of each colour, then zeros. */
function recordingSession() {
  const inputs: Tensor[] = [];
  const run: Session['run'] = async ({ 'in.1': tensor }) => {
    inputs.push(tensor!);
    const values = new Float32Array(128);
    for (let at = 0; at < tensor!.data.length; at++)
      values[Math.floor(at / (side * side))]! += tensor!.data[at]! / (side * side);
    return { 'out.1': values };
  };
  const session = { inputNames: ['in.1'], outputNames: ['out.1'], inputShapes: {}, outputShapes: {}, run };
  return { session, inputs };
}

/** The left half of the picture is of one colour, the right half of another. */
function halves(left: readonly number[], right: readonly number[]) {
  const [width, height] = [640, 480];
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) data.set(at % width < width / 2 ? left : right, at * 3);
  return buildPyramid({ width, height, data }, 128);
}

describe('what MobileFaceNet is given', () => {
  const mesh = turnedMesh({ yaw: 0, pitch: 0, roll: 0 });

  it('is the chip and then its mirror image, red first, from -1 to 1', async () => {
    const { session, inputs } = recordingSession();
    const vector = await createMobileFaceNet(session).embed(halves([255, 0, 51], [0, 0, 51]), mesh);
    expect(inputs.map(({ dims }) => dims)).toEqual([
      [1, 3, side, side],
      [1, 3, side, side],
    ]);
    const [chip, mirror] = inputs.map(({ data }) => data);
    const middle = (side / 2) * side;
    const pixel = (data: Float32Array, x: number) =>
      [0, 1, 2].map((plane) => data[plane * side * side + middle + x]!);
    for (const [data, redAt, blackAt] of [
      [chip!, 10, side - 11],
      [mirror!, side - 11, 10],
    ] as const) {
      for (const [channel, value] of [1, -1, -0.6].entries())
        expect(pixel(data, redAt)[channel]).toBeCloseTo(value, 5);
      expect(pixel(data, blackAt)[0]).toBeCloseTo(-1, 5);
    }
    expect(vector).toHaveLength(128);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  it("puts the eyes where ArcFace's template has them", async () => {
    // The picture's edge runs half-way between the eyes, so that of the chip must, too.
    const { session, inputs } = recordingSession();
    await createMobileFaceNet(session).embed(halves([255, 255, 255], [0, 0, 0]), mesh);
    const row = inputs[0]!.data.subarray(51 * side, 52 * side);
    const edge = row.findIndex((value) => value < 0);
    expect(Math.abs(edge - (38.2946 + 73.5318) / 2)).toBeLessThan(2);
  });
});
