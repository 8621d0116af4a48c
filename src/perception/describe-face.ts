import {
  type AntiSpoofScore,
  type Box,
  type FaceFacts,
  type Fact,
  type ModelIdentity,
  measured,
  unavailable,
} from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';
import type { Embedder } from './alignment.ts';
import type { Detection } from './detection.ts';
import type { Measurement } from './engine.ts';
import { cropFace } from './face-crop.ts';
import type { FaceFinder } from './find-upright.ts';
import type { Loaded } from './load-model.ts';
import type { MaskNet } from './models/face-mask.ts';
import type { FaceMesh } from './models/facemesh.ts';
import type { Eyes } from './models/iris.ts';
import type { AntiSpoofNet } from './models/minifasnet.ts';
import { fitMeanFace } from './pose.ts';
import type { Pyramid } from './sampling.ts';
import type { Stages } from './stages.ts';
import { measureTexture } from './texture.ts';

/** The loaded models, by role. */
export interface Models extends FaceFinder {
  readonly iris: (pyramid: Pyramid, mesh: Float32Array) => Promise<Eyes>;
  readonly embedder?: Loaded<Embedder>;
  readonly mask?: MaskNet;
  /** `undefined` for a net that is asked for but whose file is missing. */
  readonly antiSpoof: Readonly<Record<string, AntiSpoofNet | undefined>>;
  readonly identities: readonly ModelIdentity[];
  /** See `EngineOptions.smallFaceSide`. */
  readonly smallFaceSide?: number | undefined;
}

/**
 * A detection counts when the detector is this sure, or the mesh net recognises a face in it. MediaPipe's
 * own limits are 0.65 and 0.5; the false alarms seen (clothes, foliage) scored under 0.6 with a presence
 * under 0.1, profiles 0.85 with as little presence.
 */
const sureDetection = 0.7;
const surePresence = 0.5;

/** Whether a detection shows a face at all. */
export function isFace(detection: Detection, mesh: FaceMesh): boolean {
  return detection.score >= sureDetection || mesh.presence >= surePresence;
}

/** Whether the mesh net sees the face that it was asked to follow. */
export function isStillThere(mesh: FaceMesh): boolean {
  return mesh.presence >= surePresence;
}

/** Measures a detected face. */
export async function describeFace(
  models: Models,
  pyramid: Pyramid,
  detection: Detection,
  mesh: FaceMesh,
  measure: readonly Measurement[],
  { timed }: Stages,
): Promise<FaceFacts> {
  const { box, score } = detection;
  const face = await describeMesh(models, pyramid, box, mesh, measure, { timed });
  const texture = measure.includes('texture')
    ? measured(await timed('texture', () => measureTexture(pyramid[0], box, models.smallFaceSide)))
    : face.texture;
  const antiSpoof = measure.includes('anti_spoof')
    ? await scoreAntiSpoof(models.antiSpoof, pyramid[0], box, timed)
    : face.antiSpoof;
  const mask = measure.includes('mask')
    ? await scoreMask(models.mask, pyramid, detection, mesh, timed)
    : face.mask;
  const crop = measure.includes('crop')
    ? measured(await timed('crop', () => cropFace(pyramid[0], box)))
    : face.crop;
  return { ...face, detectorScore: measured(score), texture, antiSpoof, mask, crop };
}

/** Measures what can be told of a face by its mesh; a box that is missing is drawn around it. */
export async function describeMesh(
  models: Models,
  pyramid: Pyramid,
  detected: Box | undefined,
  mesh: FaceMesh,
  measure: readonly Measurement[],
  { timed }: Pick<Stages, 'timed'>,
): Promise<FaceFacts> {
  const box = detected ?? boundsOf(mesh.points);
  const known = {
    ...undescribed(box, pyramid[0], unavailable('not_requested')),
    presence: measured(mesh.presence),
  };
  if (mesh.presence < surePresence) return { ...known, ...notMeasurable(measure) };
  const eyes = measure.includes('eyes')
    ? await timed('iris', () => models.iris(pyramid, mesh.points))
    : undefined;
  return {
    ...known,
    mesh: measured(mesh.points),
    pose: measured(fitMeanFace(mesh.points).pose),
    ...(eyes && { iris: measured(eyes.iris), eyes: measured(eyes.openness) }),
    ...(measure.includes('embedding') && {
      embedding: await embed(models.embedder, pyramid, mesh.points, timed),
    }),
  };
}

/** A face of which box, score and presence suffice. */
export function mentionFace({ box, score }: Detection, mesh: FaceMesh, image: RgbImage): FaceFacts {
  return { ...undescribed(box, image, measured(score)), presence: measured(mesh.presence) };
}

function undescribed(box: Box, image: RgbImage, detectorScore: Fact<number>): FaceFacts {
  const nothing = unavailable('not_requested');
  return {
    box,
    measuredSide: Math.min(box.width, box.height),
    visible: shareInside(box, image),
    room: Math.min(image.width / box.width, image.height / box.height),
    detectorScore,
    mesh: nothing,
    presence: nothing,
    iris: nothing,
    pose: nothing,
    eyes: nothing,
    texture: nothing,
    embedding: nothing,
    mask: nothing,
    crop: nothing,
    change: nothing,
    antiSpoof: {},
  };
}

/** What a face without a mesh cannot tell, of what was asked for. */
function notMeasurable(measure: readonly Measurement[]): Partial<FaceFacts> {
  const nothing = unavailable('not_measurable');
  return {
    mesh: nothing,
    pose: nothing,
    ...(measure.includes('eyes') && { iris: nothing, eyes: nothing }),
    ...(measure.includes('embedding') && { embedding: nothing }),
  };
}

async function embed(
  embedder: Models['embedder'],
  pyramid: Pyramid,
  mesh: Float32Array,
  timed: Stages['timed'],
): Promise<FaceFacts['embedding']> {
  if (!embedder) return unavailable('no_model');
  const { identity, model } = embedder;
  const vector = await timed('embedding', () => model.embed(pyramid, mesh));
  return measured({ model: identity.name, modelHash: identity.sha256, recipe: model.recipe, vector });
}

/** Measured without a mesh, too: a mask is what may keep the mesh net from seeing a face. */
async function scoreMask(
  net: MaskNet | undefined,
  pyramid: Pyramid,
  detection: Detection,
  mesh: FaceMesh,
  timed: Stages['timed'],
): Promise<FaceFacts['mask']> {
  if (!net) return unavailable('no_model');
  return measured(await timed('mask', () => net(pyramid, detection, mesh)));
}

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

/** The smallest upright box around a mesh. */
function boundsOf(points: Float32Array): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 3) {
    left = Math.min(left, points[at]!);
    right = Math.max(right, points[at]!);
    top = Math.min(top, points[at + 1]!);
    bottom = Math.max(bottom, points[at + 1]!);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The share of a box that lies inside an image. */
function shareInside({ x, y, width, height }: Box, image: Pick<RgbImage, 'width' | 'height'>): number {
  const across = Math.min(x + width, image.width) - Math.max(x, 0);
  const down = Math.min(y + height, image.height) - Math.max(y, 0);
  return (Math.max(across, 0) * Math.max(down, 0)) / (width * height);
}
