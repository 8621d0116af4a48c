import { boxToImage, type Detection, type Detector, suppressDuplicates } from '../detection.ts';
import type { Session } from '../runtime/session.ts';
import { type Pyramid, type Square, sampleCrop, squareTransform, toImage } from '../sampling.ts';

const strides = [8, 16, 32] as const;

/** OpenCV's FaceDetectorYN default is 0.9; lower scores are kept for the mesh to confirm. */
const minimumScore = 0.5;

/**
 * YuNet (Wu et al. 2023, https://doi.org/10.1007/s11633-023-1423-y): square BGR 0..255; each cell of
 * the strides 8, 16 and 32 answers two scores (√(class·object) counts), a box (centre = (cell + d)·S,
 * size = exp(·)·S) and five points: right eye, left eye, nose, right and left mouth corner.
 */
export function createYuNet(session: Session): Detector {
  const input = session.inputNames[0] as string;
  const side = session.inputShapes[input]?.[3] ?? 0;
  const pixels = new Float32Array(3 * side * side);

  async function detect(pyramid: Pyramid, view: Square): Promise<Detection[]> {
    const transform = squareTransform(view, side);
    const format = { layout: 'nchw', order: 'bgr', scale: 1, offset: 0 } as const;
    sampleCrop(pyramid, transform, { width: side, height: side }, format, pixels);
    const results = await session.run({ [input]: { data: pixels, dims: [1, 3, side, side] } });
    const found: Detection[] = [];
    for (const stride of strides) {
      const output = (name: string): Float32Array => results[`${name}_${stride}`] as Float32Array;
      const [classes, objects, boxes, points] = [output('cls'), output('obj'), output('bbox'), output('kps')];
      const cells = side / stride;
      for (let cell = 0; cell < cells * cells; cell++) {
        const score = Math.sqrt(clamp(classes[cell]!) * clamp(objects[cell]!));
        if (score < minimumScore) continue;
        const [column, row] = [cell % cells, Math.floor(cell / cells)];
        const width = Math.exp(boxes[cell * 4 + 2]!) * stride;
        const height = Math.exp(boxes[cell * 4 + 3]!) * stride;
        const box = {
          x: (column + boxes[cell * 4]!) * stride - width / 2,
          y: (row + boxes[cell * 4 + 1]!) * stride - height / 2,
          width,
          height,
        };
        const point = (index: number) =>
          toImage(
            transform,
            (column + points[cell * 10 + index * 2]!) * stride,
            (row + points[cell * 10 + index * 2 + 1]!) * stride,
          );
        found.push({ box: boxToImage(transform, box), score, rightEye: point(0), leftEye: point(1) });
      }
    }
    return suppressDuplicates(found);
  }

  return { smallestFace: 20 / side, detect };
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
