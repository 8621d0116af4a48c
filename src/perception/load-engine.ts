import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ModelIdentity } from '../decisions/facts.ts';
import { restrictImageLibrary } from '../media/decode-image.ts';
import { analyseImage, type Models } from './analyse-image.ts';
import type { Detector } from './detection.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { createBlazeFace } from './models/blazeface.ts';
import { createFaceMesh } from './models/facemesh.ts';
import { brokenModelSentence, loadModelBytes, locateModel, topologyPath } from './models/files.ts';
import { createIrisNet } from './models/iris.ts';
import { type AntiSpoofNet, createMiniFasNet, type MiniFasNetRecipe } from './models/minifasnet.ts';
import { type EmbeddedModel, findModel, registry, type StrongModel } from './models/registry.ts';
import { createYuNet } from './models/yunet.ts';
import { rewritePrelu } from './runtime/rewrite-prelu.ts';
import { createSession, type Session, type SessionOptions, usableProviders } from './runtime/session.ts';
import { parseTfjsModel } from './runtime/tfjs-model.ts';
import { translateToOnnx } from './runtime/tfjs-to-onnx.ts';
import { buildPyramid } from './sampling.ts';
import { measureTexture } from './texture.ts';

/** A model ready to run, with its identity. */
interface Loaded<T> {
  readonly identity: ModelIdentity;
  readonly model: T;
}

/**
 * Loads the models of one process.
 *
 * @throws Error with a sentence that says what to do, when a file's hash is wrong, a setting names an
 *   unknown model or MODEL_PATH cannot be used
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  restrictImageLibrary();
  const notices: string[] = [];
  const executionProviders = await chooseProviders(options.executionProviders, notices);
  const session: SessionOptions = { executionProviders, threads: options.threads };
  const detector = await loadDetector(options.modelsDir, session, notices);
  const mesh = await loadEmbedded('facemesh', session, createFaceMesh);
  const iris = await loadEmbedded('iris', session, createIrisNet);
  const antiSpoof = await loadAntiSpoof(options, session, notices);
  const loaded = [detector, mesh, iris, ...antiSpoof];
  const models: Models = {
    detector: detector.model,
    mesh: mesh.model,
    iris: iris.model,
    antiSpoof: Object.fromEntries(antiSpoof.map(({ identity, model }) => [identity.name, model])),
    identities: loaded.map(({ identity }) => identity),
  };
  if (options.warmUp) await warmUp(models);
  return {
    analyseImage: (bytes, request, shouldStop) =>
      analyseImage(models, bytes, request, options.maxImagePixels, shouldStop),
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

async function loadEmbedded<T>(
  name: string,
  options: SessionOptions,
  create: (session: Session) => T,
): Promise<Loaded<T>> {
  const entry = findModel(name) as EmbeddedModel;
  const weights = await loadModelBytes(entry, '');
  const topology = await readFile(topologyPath(entry), 'utf8');
  const onnx = translateToOnnx(parseTfjsModel(topology, weights));
  return {
    identity: { role: entry.role, name, sha256: entry.sha256 },
    model: create(await createSession(onnx, options)),
  };
}

async function loadOnnx(bytes: Buffer, options: SessionOptions): Promise<Session> {
  return createSession(rewritePrelu(bytes), options);
}

/** A model of the strong pack, or `undefined` where its file is missing. */
async function loadStrong<T>(
  name: string,
  modelsDir: string,
  options: SessionOptions,
  create: (session: Session) => T,
): Promise<Loaded<T> | undefined> {
  const entry = findModel(name) as StrongModel;
  const file = await locateModel(entry, modelsDir);
  if (file.status === 'missing') return undefined;
  if (file.status === 'corrupt') throw new Error(brokenModelSentence(entry, file));
  return {
    identity: { role: entry.role, name, sha256: file.sha256 },
    model: create(await loadOnnx(file.contents, options)),
  };
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

/** How each anti-spoof net of the registry wants its input; from the nets' own repositories. */
const recipes: Readonly<Record<string, MiniFasNetRecipe>> = {
  'minifasnet-v2': { cropScale: 2.7, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v1se': { cropScale: 4, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v2se': { cropScale: 1.5, crop: 'square', order: 'rgb', white: 1, liveClass: 0 },
};

async function loadAntiSpoof(
  options: EngineOptions,
  session: SessionOptions,
  notices: string[],
): Promise<Loaded<AntiSpoofNet>[]> {
  if (options.modelPath) return [await loadByPath(options.modelPath, session)];
  const nets: Loaded<AntiSpoofNet>[] = [];
  const missing: string[] = [];
  for (const name of options.antiSpoofNets) {
    const recipe = recipes[name];
    if (!recipe) {
      throw new Error(
        `ANTISPOOF_NETS names "${name}", which is no anti-spoof net; known are ${Object.keys(recipes).join(', ')}.`,
      );
    }
    const net = await loadStrong(name, options.modelsDir, session, (loaded) =>
      createMiniFasNet(loaded, recipe),
    );
    if (net) nets.push(net);
    else missing.push(name);
  }
  if (missing.length > 0) {
    const effect = nets.length === 0 ? ': passive checks are inconclusive without one' : '';
    notices.push(
      `Not installed: anti-spoof ${missing.join(', ')}${effect}. \`bonafide models pull\` fetches what is missing.`,
    );
  }
  return nets;
}

/**
 * Seed 000's `MODEL_PATH`: one Silent-Face ONNX file, known by its hash or, failing that, by its
 * shape, 80×80 pixels to three classes, which is read as MiniFASNet V2 at crop scale 2.7.
 */
async function loadByPath(path: string, options: SessionOptions): Promise<Loaded<AntiSpoofNet>> {
  const bytes = await readFile(path).catch((cause) => {
    throw new Error(`MODEL_PATH=${path} cannot be read; name an anti-spoof ONNX file or leave it empty.`, {
      cause,
    });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const known = registry.find((entry) => entry.sha256 === sha256)?.name;
  const session = await loadOnnx(bytes, options).catch((cause) => {
    throw new Error(`MODEL_PATH=${path} is not a model ONNX Runtime can load.`, { cause });
  });
  const shape = session.inputShapes[session.inputNames[0] ?? '']?.slice(1).join('×');
  const recipe = recipes[known ?? (shape === '3×80×80' ? 'minifasnet-v2' : '')];
  if (!recipe) {
    throw new Error(
      `MODEL_PATH=${path} takes ${shape} input; only Silent-Face nets (3×80×80) and those of the registry are understood.`,
    );
  }
  const name = known ?? basename(path, '.onnx');
  return { identity: { role: 'anti-spoof', name, sha256 }, model: createMiniFasNet(session, recipe) };
}

/** Runs every model, and our own hot loops, once on a blank picture: first runs are slow. */
async function warmUp({ detector, mesh, iris, antiSpoof }: Models): Promise<void> {
  const side = 256;
  const image = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(127) };
  const pyramid = buildPyramid(image, side);
  const region = { centre: { x: side / 2, y: side / 2 }, side, angle: 0 };
  await detector.detect(pyramid, region);
  const { points } = await mesh(pyramid, region);
  await iris(pyramid, points);
  const box = { x: side / 4, y: side / 4, width: side / 2, height: side / 2 };
  for (const net of Object.values(antiSpoof)) await net(image, box);
  measureTexture(image, box);
}
