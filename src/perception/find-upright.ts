import type { RgbImage } from '../media/image.ts';
import type { Detection, Detector } from './detection.ts';
import { glance, lookCloser } from './find-faces.ts';
import { type FaceMesh, regionFromBox, regionFromMesh } from './models/facemesh.ts';
import { type QuarterTurns, turnImage } from './orientation.ts';
import { fitMeanFace } from './pose.ts';
import { buildPyramid, type Pyramid, type Square } from './sampling.ts';
import type { Stages } from './stages.ts';

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
  /** The mesh of the first detection. */
  readonly largestMesh: FaceMesh | undefined;
}

/** The coarsest pyramid level: half the detectors' smallest input. */
export const coarsestSide = 128;

/** The other orientations of an image are first tried at this size, YuNet's own. */
const trialSide = 640;

/** An image with less doubt stands as it is (95 % of 68 upright portraits did). */
const sureDoubt = 0.1;

/**
 * Another orientation must leave this much less doubt: upright profiles raise some too. At 0.85, 127 of
 * 135 portraits that were stood on their head came back upright, and no upright one was turned.
 */
const clearlyLess = 0.85;

/**
 * The mesh net must recognise a face in the turned image (MediaPipe's limit), and as surely as in the image as
 * it was sent, but for its noise: masks raise doubt, too. Of 150 upright faces with a painted mask 42 were
 * turned without this and 3 are with it; portraits on their side or head came back as often as before.
 */
const surePresence = 0.5;
const presenceNoise = 0.02;

/**
 * Finds the faces of an image that may lie on its side or stand on its head. Detectors find those
 * too, but misplace their eyes; the mesh, which needs an upright face, tells.
 */
export async function findUpright(
  finder: FaceFinder,
  image: RgbImage,
  stages: Stages,
): Promise<UprightFaces> {
  const asSent = await look(finder, image, 0, lookCloser, stages);
  const turns = asSent.doubt < sureDoubt ? asSent.turnsNeeded : await bestTurns(finder, asSent, stages);
  if (turns === 0) return asSent;
  const turned = await look(finder, image, turns, lookCloser, stages);
  return turned.detections.length > 0 ? turned : asSent;
}

/** Finds the faces of an image that stands upright, small ones beside a large one not surely. */
export function findAtAGlance(finder: FaceFinder, image: RgbImage, stages: Stages): Promise<UprightFaces> {
  return look(finder, image, 0, noCloser, stages);
}

/** The quarter turns that leave clearly less doubt than the image as it was sent, else none. */
async function bestTurns(finder: FaceFinder, asSent: Look, stages: Stages): Promise<QuarterTurns> {
  const [image] = asSent.pyramid;
  const small = asSent.pyramid.find((level) => Math.max(level.width, level.height) <= trialSide) ?? image;
  let best = { doubt: asSent.doubt * clearlyLess, turns: 0 as QuarterTurns };
  for (const turns of [1, 3, 2] as const) {
    const trial = await look(finder, small, turns, noCloser, stages);
    // A wide-open mouth alone raises doubt; only a picture that was the wrong way up also looks better turned.
    const isSurer = scoreOf(trial) > scoreOf(asSent);
    const isAFace = presenceOf(trial) >= Math.max(surePresence, presenceOf(asSent) - presenceNoise);
    if (isSurer && isAFace && trial.doubt < best.doubt && trial.turnsNeeded === 0) best = trial;
  }
  return best.turns;
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

/** The faces of a turned image, and how they stand. */
interface Look extends UprightFaces {
  /**
   * That the largest face stands upright: the misfit of its mesh over the square of the detector's
   * score, both of which suffer in a face that does not.
   */
  readonly doubt: number;
  /** Quarter turns clockwise that would make its roll less than 45°. */
  readonly turnsNeeded: QuarterTurns;
}

async function look(
  finder: FaceFinder,
  image: RgbImage,
  turns: QuarterTurns,
  closer: typeof lookCloser,
  { timed, breathe }: Stages,
): Promise<Look> {
  const { pyramid, detections } = await timed('detect', async () => {
    const pyramid = buildPyramid(turnImage(image, turns), coarsestSide);
    const found = await glance(finder.detector, pyramid);
    return { pyramid, detections: await closer(finder.detector, pyramid, found, breathe) };
  });
  const largest = detections[0];
  if (!largest) {
    return { turns, pyramid, detections, largestMesh: undefined, doubt: Infinity, turnsNeeded: 0 };
  }
  const largestMesh = await timed('mesh', () => fitMesh(finder, pyramid, largest));
  const { misfit, pose } = fitMeanFace(largestMesh.points);
  const turnsNeeded = ((4 - Math.round(pose.roll / 90)) % 4) as QuarterTurns;
  return { turns, pyramid, detections, largestMesh, doubt: misfit / largest.score ** 2, turnsNeeded };
}

/** The mesh net's belief in the largest face, 0 where there is none. */
function presenceOf({ largestMesh }: Look): number {
  return largestMesh?.presence ?? 0;
}

/** The detector's score of the largest face, 0 where there is none. */
function scoreOf({ detections }: Look): number {
  return detections[0]?.score ?? 0;
}

/** Content with a glance: tiny faces are not looked for. */
const noCloser: typeof lookCloser = async (_detector, _pyramid, found) => found;
