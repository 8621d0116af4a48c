import { boxToImage, type Detection, type Detector, suppressDuplicates } from '../detection.ts';
import type { Session } from '../runtime/session.ts';
import { type Pyramid, type Square, sampleCrop, squareTransform, toImage } from '../sampling.ts';

const side = 256;

/** MediaPipe's long-range ("back") anchors: cells of 16 pixels with two anchors, of 32 with six. */
const grids = [
  { cell: 16, anchors: 2 },
  { cell: 32, anchors: 6 },
] as const;

/** MediaPipe's `min_score_thresh` is 0.65; lower ones are kept for the mesh to confirm or refuse. */
const minimumScore = 0.5;

/**
 * BlazeFace's square spans brows and chin; ours, like YuNet's, holds the whole face, which is what
 * anti-spoof nets were trained on. Medians over 241 faces that both detectors found, in squares.
 */
const wholeFace = { width: 0.85, height: 1.12, up: 0.06 };

/**
 * BlazeFace, the long-range model (Bazarevsky et al. 2019, https://arxiv.org/abs/1907.05047):
 * 256×256 RGB in −1..1; each of 896 anchors answers a logit and sixteen numbers in input pixels,
 * centre and size of the box, then six points: right eye, left eye, nose, mouth, right ear, left ear.
 */
export function createBlazeFace(session: Session): Detector {
  const input = session.inputNames[0] as string;
  const outputs = grids.map(({ cell, anchors }) => {
    const count = (side / cell) ** 2 * anchors;
    return { cell, anchors, count };
  });
  const pixels = new Float32Array(side * side * 3);

  async function detect(pyramid: Pyramid, view: Square): Promise<Detection[]> {
    const transform = squareTransform(view, side);
    const format = { layout: 'nhwc', order: 'rgb', scale: 1 / 127.5, offset: -1 } as const;
    sampleCrop(pyramid, transform, { width: side, height: side }, format, pixels);
    const results = Object.values(await session.run({ [input]: { data: pixels, dims: [1, side, side, 3] } }));
    const found: Detection[] = [];
    for (const { cell, anchors, count } of outputs) {
      const scores = results.find(({ length }) => length === count) as Float32Array;
      const numbers = results.find(({ length }) => length === count * 16) as Float32Array;
      for (let anchor = 0; anchor < count; anchor++) {
        const score = 1 / (1 + Math.exp(-scores[anchor]!));
        if (score < minimumScore) continue;
        const gridCell = Math.floor(anchor / anchors);
        const anchorX = ((gridCell % (side / cell)) + 0.5) * cell;
        const anchorY = (Math.floor(gridCell / (side / cell)) + 0.5) * cell;
        const number = (index: number): number => numbers[anchor * 16 + index]!;
        const width = number(2) * wholeFace.width;
        const height = number(3) * wholeFace.height;
        const box = {
          x: anchorX + number(0) - width / 2,
          y: anchorY + number(1) - wholeFace.up * number(3) - height / 2,
          width,
          height,
        };
        found.push({
          box: boxToImage(transform, box),
          score,
          rightEye: toImage(transform, anchorX + number(4), anchorY + number(5)),
          leftEye: toImage(transform, anchorX + number(6), anchorY + number(7)),
        });
      }
    }
    return suppressDuplicates(found);
  }

  return { smallestFace: 0.13, detect };
}
