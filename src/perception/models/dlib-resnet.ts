import {
  type Embedder,
  type FivePoints,
  fitSimilarity,
  fivePoints,
  sampleChipAndMirror,
  unitSum,
} from '../alignment.ts';
import { chipSide, descriptorLength } from '../runtime/dlib-resnet-to-onnx.ts';
import type { Session } from '../runtime/session.ts';

/**
 * The five points in dlib's mean face, in units of its width: eyes are the means of landmarks 36–41 and
 * 42–47, then landmarks 30, 48 and 54 (`mean_face_shape_x`, `mean_face_shape_y` in
 * `dlib/image_transforms/interpolation.h`).
 */
const meanFace: FivePoints = [
  { x: 0.2254918, y: 0.2159903 },
  { x: 0.7547613, y: 0.2159903 },
  { x: 0.490127, y: 0.515625 },
  { x: 0.254149, y: 0.780233 },
  { x: 0.726104, y: 0.780233 },
];

/** The room around the mean face that the net was trained with (`dnn_face_recognition_ex.cpp`). */
const padding = 0.25;

const template = meanFace.map(({ x, y }) => ({ x: toChip(x), y: toChip(y) }));

function toChip(value: number): number {
  return ((value + padding) / (1 + 2 * padding)) * chipSide;
}

/** Alignment and mirroring as below: with another one, vectors would mean something else. */
export const dlibResNetRecipe = 'five-points-150-mirror-1';

/**
 * dlib's face-recognition ResNet (Davis King 2017,
 * http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html): chips of 150×150 RGB in
 * 0..255, aligned to dlib's mean face; 128 values. The chip and its mirror image are embedded together.
 */
export function createDlibResNet(session: Session): Embedder {
  const embed: Embedder['embed'] = async (pyramid, mesh) => {
    const transform = fitSimilarity(template, fivePoints(mesh));
    const data = sampleChipAndMirror(pyramid, transform, chipSide, { order: 'rgb', scale: 1, offset: 0 });
    const { descriptor } = await session.run({ chip: { data, dims: [2, 3, chipSide, chipSide] } });
    return unitSum(descriptor as Float32Array, descriptorLength);
  };
  return { recipe: dlibResNetRecipe, embed };
}
