import type { FrameFacts } from '../decisions/facts.ts';
import { decodeImage } from '../media/decode-image.ts';
import type { RgbImage } from '../media/image.ts';
import type { Models } from './describe-face.ts';
import { type DescribedFaces, describeFaces, followFace } from './describe-faces.ts';
import type { ImageRequest } from './engine.ts';
import { coarsestSide } from './find-upright.ts';
import { restoreFace } from './orientation.ts';
import { buildPyramid } from './sampling.ts';
import { type Stages, startStages } from './stages.ts';

/**
 * Longer sides are reduced to this many pixels, those of a full HD frame: it bounds time and memory, and
 * a face of 5 % of its height still has the 54 pixels that the detectors need.
 */
export const workingSide = 1920;

/** Decodes an image and states the facts of its faces; `shouldStop` is asked between stages. */
export async function analyseImage(
  models: Models,
  bytes: Uint8Array,
  request: ImageRequest,
  maxImagePixels: number,
  shouldStop: () => boolean,
): Promise<FrameFacts> {
  const { timings, stages } = startStages(shouldStop);
  const { image, width, height, format } = await stages.timed('decode', () =>
    decodeImage(bytes, { maxPixels: maxImagePixels, maxSide: workingSide }),
  );
  const scale = Math.max(width, height) / Math.max(image.width, image.height);
  const { faces, pyramid, turns } =
    (await follow(models, image, request, stages)) ?? (await describeFaces(models, image, request, stages));
  return {
    width,
    height,
    format,
    capturedAt: null,
    faces: faces.map((face) => restoreFace(face, pyramid[0], turns, scale)),
    models: models.identities,
    timings,
  };
}

async function follow(
  models: Models,
  image: RgbImage,
  { follow: before, measure = ['eyes'] }: ImageRequest,
  stages: Stages,
): Promise<DescribedFaces | undefined> {
  if (!before) return undefined;
  const pyramid = buildPyramid(image, coarsestSide);
  const side = Math.max(image.width, image.height);
  const mesh = before.map((value) => value * side);
  const face = await followFace(models, pyramid, mesh, measure, stages);
  return face && { turns: 0, pyramid, faces: [face] };
}
