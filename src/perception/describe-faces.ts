import { type FaceFacts, valueIfMeasured } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import {
  describeFace,
  describeMesh,
  isFace,
  isStillThere,
  type Models,
  mentionFace,
} from './describe-face.ts';
import type { Detection } from './detection.ts';
import type { ImageRequest, Measurement } from './engine.ts';
import { findAtAGlance, findUpright, fitMesh, type UprightFaces } from './find-upright.ts';
import { type FaceMesh, regionFromMesh } from './models/facemesh.ts';
import type { QuarterTurns } from './orientation.ts';
import type { Pyramid } from './sampling.ts';
import type { Stages } from './stages.ts';

/** The faces of an image, in pixels of the image as it was turned to make them stand upright. */
export interface DescribedFaces {
  readonly turns: QuarterTurns;
  readonly pyramid: Pyramid;
  /** Up to ten, largest first. */
  readonly faces: readonly FaceFacts[];
}

const maximumFaces = 10;

/**
 * The mask net's probability from which on a detection that nothing else knows as a face is one. With BlazeFace
 * that was 274 of 3,268 painted masks (gaiters, small faces); of 74 held-out ones 50 come back, while of 93
 * hard inputs of the development data, hardly one with a face, 3 are taken for masked ones.
 */
const sureMask = 0.8;

const byDefault: readonly Measurement[] = ['eyes', 'texture', 'anti_spoof'];

/** Finds the faces of a decoded image and states their facts. `request.follow` is not looked at. */
export async function describeFaces(
  models: Models,
  image: RgbImage,
  { measuredFaces, measure = byDefault, search = 'thorough' }: ImageRequest,
  stages: Stages,
): Promise<DescribedFaces> {
  const find = search === 'thorough' ? findUpright : findAtAGlance;
  const found = await find(models, image, stages);
  const mayBeMasked = (detection: Detection) =>
    detection === found.detections[0] && measuredFaces > 0 && measure.includes('mask');
  const faces: FaceFacts[] = [];
  for (const detection of found.detections) {
    if (faces.length === maximumFaces) break;
    const mesh = await meshOf(models, found, detection, stages);
    if (!isFace(detection, mesh)) {
      const masked = mayBeMasked(detection) && (await findMaskedFace(models, found, measure, stages));
      if (masked) faces.push(masked);
      continue;
    }
    const inFull = faces.length < measuredFaces;
    faces.push(
      inFull
        ? await describeFace(models, found.pyramid, detection, mesh, measure, stages)
        : mentionFace(detection, mesh, found.pyramid[0]),
    );
  }
  return { turns: found.turns, pyramid: found.pyramid, faces };
}

/**
 * The largest detection, which is not recognised as a face, if it surely wears a mask. A mask hides what detector
 * and mesh net know a face by, and whoever wears one is to hear of the mask, not that there is no face.
 */
async function findMaskedFace(
  models: Models,
  { detections: [largest], largestMesh, pyramid }: UprightFaces,
  measure: readonly Measurement[],
  stages: Stages,
): Promise<FaceFacts | undefined> {
  if (!largest || !largestMesh) return undefined;
  const face = await describeFace(models, pyramid, largest, largestMesh, measure, stages);
  return (valueIfMeasured(face.mask) ?? 0) >= sureMask ? face : undefined;
}

/** The face of the frame before, where it is now; `undefined` where the mesh net no longer sees it. */
export async function followFace(
  models: Models,
  pyramid: Pyramid,
  before: Float32Array,
  measure: readonly Measurement[],
  stages: Stages,
): Promise<FaceFacts | undefined> {
  const mesh = await stages.timed('mesh', () => models.mesh(pyramid, regionFromMesh(before)));
  return isStillThere(mesh) ? describeMesh(models, pyramid, undefined, mesh, measure, stages) : undefined;
}

function meshOf(
  models: Models,
  { detections, largestMesh, pyramid }: UprightFaces,
  detection: Detection,
  { timed }: Stages,
): Promise<FaceMesh> | FaceMesh {
  if (detection === detections[0] && largestMesh) return largestMesh;
  return timed('mesh', () => fitMesh(models, pyramid, detection));
}
