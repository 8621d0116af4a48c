import type { Point } from '../../decisions/facts.ts';
import { type FivePoints, fitSimilarity, fivePoints, sampleChipAndMirror } from '../alignment.ts';
import type { Detection } from '../detection.ts';
import type { Session } from '../runtime/session.ts';
import { type Pyramid, type Similarity, squareTransform } from '../sampling.ts';
import type { FaceMesh } from './facemesh.ts';

/** Says how probable it is that this face wears a mask over its mouth, 0..1. */
export type MaskNet = (pyramid: Pyramid, detection: Detection, mesh: FaceMesh) => Promise<number>;

/**
 * Our own net (`training/face-mask`, `assets/models/face-mask.md`): crops of 64×64 RGB in -1..1, one log-odds
 * each. The crop and its mirror image are looked at together, and their log-odds averaged.
 */
export function createMaskNet(session: Session): MaskNet {
  const format = { order: 'rgb', scale: 1 / 127.5, offset: -1 } as const;
  return async (pyramid, detection, mesh) => {
    const data = sampleChipAndMirror(pyramid, maskCrop(detection, mesh), maskCropSide, format);
    const { logit } = await session.run({ crop: { data, dims: [2, 3, maskCropSide, maskCropSide] } });
    const [one = Number.NaN, mirrored = Number.NaN] = logit as Float32Array;
    return 1 / (1 + Math.exp(-(one + mirrored) / 2));
  };
}

/** Width and height of the net's input in pixels. */
export const maskCropSide = 64;

/**
 * The five points of the mean face in units of its root mean square radius (x and y of
 * `perception/mean-face.json`): in them the crop is defined.
 */
const meanFace: FivePoints = [
  { x: -0.6006, y: -0.6258 },
  { x: 0.6006, y: -0.6258 },
  { x: 0, y: 0.1478 },
  { x: -0.5117, y: 0.6468 },
  { x: 0.5117, y: 0.6468 },
];

/** The crop in the same units: from above the brows to below the chin (at 1.57), ears included. */
const view = { left: -1.75, top: -1.15, side: 3.5 };

/**
 * The same view in heights of a detector's box: how much wider, and how far down. Medians over 3,500 faces
 * whose mesh is sure, BlazeFace's 1.031 and 0.248, YuNet's 1.032 and 0.241.
 */
const viewInBoxes = { side: 1.03, down: 0.245 };

/** A mesh of less presence is not trusted; MediaPipe's own limit. */
const surePresence = 0.5;

/**
 * From crop to image pixels: aligned by five points of the mesh, or, where the mesh net does not recognise
 * the face, laid over the detector's box and levelled by its eyes.
 */
export function maskCrop(detection: Detection, mesh: FaceMesh): Similarity {
  return mesh.presence >= surePresence ? cropByMesh(mesh.points) : cropByBox(detection);
}

/**
 * The crop by five points of a mesh.
 *
 * @param side of the crop in pixels
 * @param margin how many times wider the crop is than what the net sees, for training
 */
function cropByMesh(points: Float32Array, side = maskCropSide, margin = 1): Similarity {
  const inCrop = (value: number, start: number) =>
    (((value - start) / view.side - 0.5) / margin + 0.5) * side;
  const template = meanFace.map(({ x, y }): Point => ({ x: inCrop(x, view.left), y: inCrop(y, view.top) }));
  return fitSimilarity(template, fivePoints(points));
}

/** The crop by a detector's box and eyes; see `cropByMesh`. */
function cropByBox({ box, rightEye, leftEye }: Detection, side = maskCropSide, margin = 1): Similarity {
  const angle = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x);
  const down = viewInBoxes.down * box.height;
  const centre = {
    x: box.x + box.width / 2 - Math.sin(angle) * down,
    y: box.y + box.height / 2 + Math.cos(angle) * down,
  };
  return squareTransform({ centre, side: viewInBoxes.side * box.height * margin, angle }, side);
}
