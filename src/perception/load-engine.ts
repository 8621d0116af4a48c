import { restrictImageLibrary } from '../media/decode-image.ts';
import { analyseClip } from './analyse-clip.ts';
import { analyseImage } from './analyse-image.ts';
import type { Models } from './describe-face.ts';
import type { Detector } from './detection.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { loadAntiSpoof } from './load-anti-spoof.ts';
import { loadEmbedder } from './load-embedder.ts';
import { type Loaded, loadEmbedded, loadOwn, loadStrong } from './load-model.ts';
import { createBlazeFace } from './models/blazeface.ts';
import { createMaskNet } from './models/face-mask.ts';
import { createFaceMesh } from './models/facemesh.ts';
import { createIrisNet } from './models/iris.ts';
import { createYuNet } from './models/yunet.ts';
import { type SessionOptions, usableProviders } from './runtime/session.ts';
import { buildPyramid } from './sampling.ts';
import { measureTexture } from './texture.ts';

/**
 * Loads the models of one process.
 *
 * @throws Error with a sentence that says what to do, when a file's hash is wrong, a setting names an
 *   unknown model, or what MODEL_PATH or EMBEDDER names cannot be used
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  restrictImageLibrary();
  const notices: string[] = [];
  const executionProviders = await chooseProviders(options.executionProviders, notices);
  const session: SessionOptions = { executionProviders, threads: options.threads };
  const detector = await loadDetector(options.modelsDir, session, notices);
  const mesh = await loadEmbedded('facemesh', session, createFaceMesh);
  const iris = await loadEmbedded('iris', session, createIrisNet);
  const embedder = await loadEmbedder(options, session);
  const antiSpoof = await loadAntiSpoof(options, session, notices);
  const mask = await loadOwn('face-mask', session, createMaskNet);
  const loaded = [detector, mesh, iris, embedder, mask, ...antiSpoof.loaded];
  const models: Models = {
    detector: detector.model,
    mesh: mesh.model,
    iris: iris.model,
    embedder,
    mask: mask.model,
    antiSpoof: {
      ...Object.fromEntries(antiSpoof.loaded.map(({ identity, model }) => [identity.name, model])),
      ...Object.fromEntries(antiSpoof.missing.map((name) => [name, undefined])),
    },
    smallFaceSide: options.smallFaceSide,
    identities: loaded.map(({ identity }) => identity),
  };
  if (options.warmUp) await warmUp(models);
  return {
    analyseImage: (bytes, request, shouldStop) =>
      analyseImage(models, bytes, request, options.maxImagePixels, shouldStop),
    analyseClip: (bytes, request, shouldStop) =>
      analyseClip(models, bytes, request, options.clip, shouldStop),
    describe: () => ({ models: models.identities, executionProviders, notices }),
  };
}

/** The wanted providers that work here, in their order; `cpu` serves what they cannot. */
async function chooseProviders(wanted: readonly string[], notices: string[]): Promise<string[]> {
  const usable = await usableProviders(wanted);
  const missing = wanted.filter((name) => !usable.includes(name));
  const chosen = usable.includes('cpu') ? usable : [...usable, 'cpu'];
  if (missing.length > 0) {
    notices.push(
      `Execution provider ${missing.join(', ')} does not work here: ${chosen.join(', ')} serves instead.`,
    );
  }
  return chosen;
}

/** YuNet where its file is, else BlazeFace. */
async function loadDetector(
  modelsDir: string,
  options: SessionOptions,
  notices: string[],
): Promise<Loaded<Detector>> {
  const yunet = await loadStrong('yunet', modelsDir, options, createYuNet);
  if (yunet) return yunet;
  notices.push(
    'YuNet is not installed: BlazeFace detects faces instead. `bonafide models pull` fetches YuNet.',
  );
  return loadEmbedded('blazeface', options, createBlazeFace);
}

/** Runs every model, and our own hot loops, once on a blank picture: first runs are slow. */
async function warmUp({ detector, mesh, iris, embedder, mask, antiSpoof }: Models): Promise<void> {
  const side = 256;
  const image = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(127) };
  const pyramid = buildPyramid(image, side);
  const region = { centre: { x: side / 2, y: side / 2 }, side, angle: 0 };
  await detector.detect(pyramid, region);
  const box = { x: side / 4, y: side / 4, width: side / 2, height: side / 2 };
  const { points, presence } = await mesh(pyramid, region);
  await iris(pyramid, points);
  await embedder?.model.embed(pyramid, points);
  const eye = region.centre;
  await mask?.(pyramid, { box, score: 1, rightEye: eye, leftEye: eye }, { points, presence });
  for (const net of Object.values(antiSpoof)) await net?.(image, box);
  measureTexture(image, box);
}
