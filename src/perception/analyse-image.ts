import {
  type AntiSpoofScore,
  type Box,
  type FaceFacts,
  type Fact,
  type FrameFacts,
  type ModelIdentity,
  measured,
  type StageTiming,
  unavailable,
} from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import { decodeImage } from '../media/decode-image.ts';
import type { RgbImage } from '../media/image.ts';
import type { Detection } from './detection.ts';
import type { ImageRequest } from './engine.ts';
import { type FaceFinder, findUpright, fitMesh, type Stages } from './find-upright.ts';
import type { FaceMesh } from './models/facemesh.ts';
import type { Eyes } from './models/iris.ts';
import type { AntiSpoofNet } from './models/minifasnet.ts';
import { restoreFace } from './orientation.ts';
import { fitMeanFace } from './pose.ts';
import type { Pyramid } from './sampling.ts';
import { measureTexture } from './texture.ts';

/** The loaded models, by role. */
export interface Models extends FaceFinder {
  readonly iris: (pyramid: Pyramid, mesh: Float32Array) => Promise<Eyes>;
  /** `undefined` for a net that is asked for but whose file is missing. */
  readonly antiSpoof: Readonly<Record<string, AntiSpoofNet | undefined>>;
  readonly identities: readonly ModelIdentity[];
}

/**
 * Longer sides are reduced to this many pixels, those of a full HD frame: it bounds time and memory, and
 * a face of 5 % of its height still has the 54 pixels that the detectors need.
 */
const workingSide = 1920;

const maximumFaces = 10;

/**
 * A detection counts when the detector is this sure, or the mesh net recognises a face in it. MediaPipe's
 * own limits are 0.65 and 0.5; the false alarms seen (clothes, foliage) scored under 0.6 with a presence
 * under 0.1, profiles 0.85 with as little presence.
 */
const sureDetection = 0.7;
const surePresence = 0.5;

/** Decodes an image and states the facts of its faces; `shouldStop` is asked between stages. */
export async function analyseImage(
  models: Models,
  bytes: Uint8Array,
  request: ImageRequest,
  maxImagePixels: number,
  shouldStop: () => boolean,
): Promise<FrameFacts> {
  const { timings, stages } = stopwatch(shouldStop);
  const { timed } = stages;
  const { image, width, height, format } = await timed('decode', () =>
    decodeImage(bytes, { maxPixels: maxImagePixels, maxSide: workingSide }),
  );
  const { turns, pyramid, detections, largestMesh } = await findUpright(models, image, stages);
  const upright = pyramid[0];
  const faces: FaceFacts[] = [];
  for (const detection of detections) {
    if (faces.length === maximumFaces) break;
    const mesh =
      detection === detections[0] && largestMesh
        ? largestMesh
        : await timed('mesh', () => fitMesh(models, pyramid, detection));
    if (detection.score < sureDetection && mesh.presence < surePresence) continue;
    const inFull = faces.length < request.measuredFaces;
    faces.push(await describeFace(models, pyramid, detection, mesh, inFull, timed));
  }
  const scale = Math.max(width, height) / Math.max(image.width, image.height);
  return {
    width,
    height,
    format,
    capturedAt: null,
    faces: faces.map((face) => restoreFace(face, upright, turns, scale)),
    models: models.identities,
    timings,
  };
}

/** Times stages and, before each, lets the process hear that it should stop. */
function stopwatch(shouldStop: () => boolean): { timings: StageTiming[]; stages: Stages } {
  const timings: StageTiming[] = [];
  const breathe = async () => {
    await new Promise(setImmediate);
    if (shouldStop()) throw new BonafideError('cancelled');
  };
  const timed: Stages['timed'] = async (stage, work) => {
    await breathe();
    const startedAt = Date.now();
    const start = performance.now();
    const result = await work();
    timings.push({ stage, startedAt, milliseconds: performance.now() - start });
    return result;
  };
  return { timings, stages: { timed, breathe } };
}

async function describeFace(
  models: Models,
  pyramid: Pyramid,
  { box, score }: Detection,
  mesh: FaceMesh,
  inFull: boolean,
  timed: Stages['timed'],
): Promise<FaceFacts> {
  const measuredSide = Math.min(box.width, box.height);
  const known = { box, measuredSide, detectorScore: score, presence: measured(mesh.presence) };
  if (!inFull) return { ...known, ...notRequested };
  const texture = measured(await timed('texture', () => measureTexture(pyramid[0], box)));
  const antiSpoof = await scoreAntiSpoof(models.antiSpoof, pyramid[0], box, timed);
  if (mesh.presence < surePresence) return { ...known, ...notMeasurable, texture, antiSpoof };
  const eyes = await timed('iris', () => models.iris(pyramid, mesh.points));
  return {
    ...known,
    mesh: measured(mesh.points),
    iris: measured(eyes.iris),
    pose: measured(fitMeanFace(mesh.points).pose),
    eyes: measured(eyes.openness),
    texture,
    antiSpoof,
  };
}

const missing = (reason: 'not_requested' | 'not_measurable') => ({
  mesh: unavailable(reason),
  iris: unavailable(reason),
  pose: unavailable(reason),
  eyes: unavailable(reason),
});
const notMeasurable = missing('not_measurable');
const notRequested = {
  ...missing('not_requested'),
  texture: unavailable('not_requested'),
  antiSpoof: {},
};

async function scoreAntiSpoof(
  nets: Models['antiSpoof'],
  image: RgbImage,
  box: Box,
  timed: Stages['timed'],
): Promise<Record<string, Fact<AntiSpoofScore>>> {
  const scores: Record<string, Fact<AntiSpoofScore>> = {};
  for (const [name, net] of Object.entries(nets)) {
    scores[name] = net
      ? measured(await timed(`anti-spoof/${name}`, () => net(image, box)))
      : unavailable('no_model');
  }
  return scores;
}
