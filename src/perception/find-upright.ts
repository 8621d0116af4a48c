import type { RgbImage } from '../media/image.ts';
import type { Detection, Detector } from './detection.ts';
import { findFaces } from './find-faces.ts';
import { type FaceMesh, regionFromBox, regionFromMesh } from './models/facemesh.ts';
import { type QuarterTurns, turnImage } from './orientation.ts';
import { fitMeanFace } from './pose.ts';
import { buildPyramid, type Pyramid, type Square } from './sampling.ts';

/** The nets that find faces and tell whether they stand upright. */
export interface FaceFinder {
  readonly detector: Detector;
  readonly mesh: (pyramid: Pyramid, region: Square) => Promise<FaceMesh>;
}

/** The faces of an image that was turned to make them stand upright. */
export interface UprightFaces {
  /** Quarter turns clockwise that were given to the image. */
  readonly turns: QuarterTurns;
  readonly pyramid: Pyramid;
  /** Largest first. */
  readonly detections: readonly Detection[];
}

/** The coarsest pyramid level: half the detectors' smallest input. */
const coarsestSide = 128;

/** The other orientations of an image are first tried at this size. */
const trialSide = 640;

/** An image with less doubt stands as it is (95 % of 68 upright portraits did). */
const sureDoubt = 0.1;

/** Another orientation must leave this much less doubt: upright profiles raise some too. */
const clearlyLess = 0.85;

/**
 * Finds the faces of an image that may lie on its side or stand on its head. Detectors find those
 * too, but misplace their eyes; the mesh, which needs an upright face, tells.
 */
export async function findUpright(finder: FaceFinder, image: RgbImage): Promise<UprightFaces> {
  const asSent = await look(finder, image, 0);
  if (asSent.doubt < sureDoubt)
    return asSent.turnsNeeded === 0 ? asSent : look(finder, image, asSent.turnsNeeded);
  const small = asSent.pyramid.find((level) => Math.max(level.width, level.height) <= trialSide) ?? image;
  let best = { doubt: asSent.doubt * clearlyLess, turns: 0 as QuarterTurns };
  for (const turns of [1, 3, 2] as const) {
    const trial = await look(finder, small, turns);
    if (trial.doubt < best.doubt && trial.turnsNeeded === 0) best = trial;
  }
  return best.turns === 0 ? asSent : look(finder, image, best.turns);
}

/**
 * The mesh of a detected face, taken twice: in the detector's box, then in the region of the first
 * mesh, which no longer depends on the detector. The one with the higher presence stays.
 */
export async function fitMesh(
  { mesh }: FaceFinder,
  pyramid: Pyramid,
  detection: Detection,
): Promise<FaceMesh> {
  const { box, rightEye, leftEye } = detection;
  const angle = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x);
  const first = await mesh(pyramid, regionFromBox(box, angle));
  const second = await mesh(pyramid, regionFromMesh(first.points));
  return second.presence >= first.presence ? second : first;
}

/**
 * The faces of a turned image, and the doubt that its largest one stands upright: the misfit of its
 * mesh over the square of the detector's score, both of which suffer in a face that does not.
 */
async function look(finder: FaceFinder, image: RgbImage, turns: QuarterTurns) {
  const pyramid = buildPyramid(turnImage(image, turns), coarsestSide);
  const detections = await findFaces(finder.detector, pyramid);
  const largest = detections[0];
  if (!largest) return { turns, pyramid, detections, doubt: Infinity, turnsNeeded: 0 as QuarterTurns };
  const { misfit, pose } = fitMeanFace((await fitMesh(finder, pyramid, largest)).points);
  const turnsNeeded = ((4 - Math.round(pose.roll / 90)) % 4) as QuarterTurns;
  return { turns, pyramid, detections, doubt: misfit / largest.score ** 2, turnsNeeded };
}
