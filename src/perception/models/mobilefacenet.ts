import {
  type Embedder,
  type FivePoints,
  fitSimilarity,
  fivePoints,
  sampleChipAndMirror,
  unitSum,
} from '../alignment.ts';
import type { Session } from '../runtime/session.ts';
import type { TensorFormat } from '../sampling.ts';

/** Side of the chip in pixels, and how many values the net makes of it. */
const chipSide = 112;
export const embeddingLength = 128;

/**
 * The five points in ArcFace's chip of 112×112 (`arcface_dst` in insightface's `face_align.py`), where integers
 * are pixel centres; here they lie at 0.5, hence the shift.
 */
const template = (
  [
    { x: 38.2946, y: 51.6963 },
    { x: 73.5318, y: 51.5014 },
    { x: 56.0252, y: 71.7366 },
    { x: 41.5493, y: 92.3655 },
    { x: 70.7299, y: 92.2041 },
  ] satisfies FivePoints
).map(({ x, y }) => ({ x: x + 0.5, y: y + 0.5 }));

/**
 * Means and deviations of 0.5 (InsightFace_Pytorch, `config.py`). The order was tried on 200 pairs and 56,000
 * pairs of strangers of LFW, how many standard deviations their distances are apart: RGB 5.01, BGR 4.69; dividing
 * by 128 in place of 127.5 changes nothing.
 */
const format: Omit<TensorFormat, 'layout'> = { order: 'rgb', scale: 1 / 127.5, offset: -1 };

/** Alignment and mirroring as below: with another one, vectors would mean something else. */
export const mobileFaceNetRecipe = 'five-points-112-mirror-1';

/**
 * MobileFaceNet (Chen and others 2018) with ArcFace loss, as https://github.com/TreB1eN/InsightFace_Pytorch
 * trained it on the refined MS-Celeb-1M: chips of 112×112 RGB in −1..1, aligned to ArcFace's template; 128
 * values. The chip and its mirror image are embedded one after the other, and their raw vectors summed.
 */
export function createMobileFaceNet(session: Session): Embedder {
  const [input = ''] = session.inputNames;
  const [output = ''] = session.outputNames;
  return {
    recipe: mobileFaceNetRecipe,
    embed: async (pyramid, mesh) => {
      const transform = fitSimilarity(template, fivePoints(mesh));
      const data = sampleChipAndMirror(pyramid, transform, chipSide, format);
      const vectors = new Float32Array(2 * embeddingLength);
      // The net's input has one place: the chip and its mirror image take turns.
      for (const turn of [0, 1]) {
        const half = data.subarray((turn * data.length) / 2, ((turn + 1) * data.length) / 2);
        const result = await session.run({ [input]: { data: half, dims: [1, 3, chipSide, chipSide] } });
        vectors.set(result[output]!, turn * embeddingLength);
      }
      return unitSum(vectors, embeddingLength);
    },
  };
}
