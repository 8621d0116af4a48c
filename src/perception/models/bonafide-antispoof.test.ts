import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSession, type Session } from '../runtime/session.ts';
import { antiSpoofCropSide, createBonafideAntiSpoofNet } from './bonafide-antispoof.ts';
import { modelPath } from './files.ts';
import { findModel } from './registry.ts';

const side = antiSpoofCropSide;
const entry = findModel('bonafide-antispoof');

/** A crop in -1..1 made of sines, as `training/anti-spoof/export.py` makes it. */
function sines(isMirrored: boolean): Float32Array {
  const values = new Float32Array(3 * side * side);
  for (let channel = 0, at = 0; channel < 3; channel++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const column = isMirrored ? side - 1 - x : x;
        values[at++] = 0.8 * Math.sin(0.11 * column * (channel + 1) + 0.07 * y);
      }
  return values;
}

let session: Session;
beforeAll(async () => {
  session = await createSession(readFileSync(modelPath(entry, '')), {
    executionProviders: ['cpu'],
    threads: 1,
  });
});

async function logitOf(crop: Float32Array): Promise<number> {
  const { logit } = await session.run({ crop: { data: crop, dims: [1, 3, side, side] } });
  return logit![0]!;
}

describe('our own anti-spoof net', () => {
  it('is no larger than 2 MB', () => {
    expect(entry.bytes).toBeLessThanOrEqual(2_000_000);
  });

  it.each([
    [false, -6.08813],
    [true, -5.91938],
  ])('says what PyTorch said of the same crop, mirrored: %s', async (isMirrored, golden) => {
    // `python3 training/anti-spoof/export.py NET.pt OUT.onnx`
    expect(await logitOf(sines(isMirrored))).toBeCloseTo(golden, 3);
  });

  it('sees the pixels about the box as RGB planes from -1 to 1', async () => {
    const wave = sines(false);
    const plane = side * side;
    // The box is the whole picture, so that the crop is, too, pixel for pixel.
    const data = new Uint8Array(3 * plane);
    for (let at = 0; at < data.length; at++)
      data[at] = Math.round(127.5 + 127.5 * wave[(at % 3) * plane + Math.floor(at / 3)]!);
    const planes = wave.map((_, at) => (data[(at % plane) * 3 + Math.floor(at / plane)]! - 127.5) / 127.5);
    const net = createBonafideAntiSpoofNet(session);
    const image = { width: side, height: side, data };
    const { live, logit } = await net(image, { x: 0, y: 0, width: side, height: side });
    expect(logit).toBeCloseTo(await logitOf(planes), 4);
    expect(live).toBeCloseTo(1 / (1 + Math.exp(-logit)), 9);
  });
});
