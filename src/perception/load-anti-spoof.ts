import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EngineOptions } from './engine.ts';
import { type Loaded, loadOnnx, loadStrong } from './load-model.ts';
import { type AntiSpoofNet, createMiniFasNet, type MiniFasNetRecipe } from './models/minifasnet.ts';
import { registry } from './models/registry.ts';
import type { SessionOptions } from './runtime/session.ts';

/** How each anti-spoof net of the registry wants its input; from the nets' own repositories. */
const recipes: Readonly<Record<string, MiniFasNetRecipe>> = {
  'minifasnet-v2': { cropScale: 2.7, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v1se': { cropScale: 4, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v2se': { cropScale: 1.5, crop: 'square', order: 'rgb', white: 1, liveClass: 0 },
};

/** Nets that are no evidence by themselves: on one's own camera they call too many attacks live. */
const neverAlone: readonly string[] = ['minifasnet-v1se'];

/** The anti-spoof nets of one process. */
export interface AntiSpoofNets {
  readonly loaded: readonly Loaded<AntiSpoofNet>[];
  /** Names of nets that are asked for but whose files are missing. */
  readonly missing: readonly string[];
}

/**
 * Loads the nets of ANTISPOOF_NETS, or the one file of MODEL_PATH in their place.
 *
 * @throws Error with a sentence that says what to do
 */
export async function loadAntiSpoof(
  options: EngineOptions,
  session: SessionOptions,
  notices: string[],
): Promise<AntiSpoofNets> {
  if (options.modelPath) {
    const net = await loadByPath(options.modelPath, session, notices);
    refuseAlone([net.identity.name], 'MODEL_PATH');
    return { loaded: [net], missing: [] };
  }
  refuseAlone(options.antiSpoofNets, 'ANTISPOOF_NETS');
  const loaded: Loaded<AntiSpoofNet>[] = [];
  const missing: string[] = [];
  for (const name of options.antiSpoofNets) {
    const recipe = recipes[name];
    if (!recipe) {
      throw new Error(
        `ANTISPOOF_NETS names "${name}", which is no anti-spoof net; known are ${Object.keys(recipes).join(', ')}.`,
      );
    }
    const net = await loadStrong(name, options.modelsDir, session, (loadedSession) =>
      createMiniFasNet(loadedSession, recipe),
    );
    if (net) loaded.push(net);
    else missing.push(name);
  }
  if (missing.length > 0) {
    notices.push(
      `Not installed in ${options.modelsDir} (MODELS_DIR): anti-spoof ${missing.join(', ')}: passive checks are inconclusive without it. ` +
        `\`bonafide models pull ${missing.join(' ')}\` fetches what is missing.`,
    );
  }
  return { loaded, missing };
}

function refuseAlone([only, ...others]: readonly string[], setting: string): void {
  if (only === undefined || others.length > 0 || !neverAlone.includes(only)) return;
  throw new Error(`${setting} names ${only} alone, which must not be used alone: add minifasnet-v2.`);
}

/**
 * Seed 000's `MODEL_PATH`: one Silent-Face ONNX file, known by its hash or, failing that, by its
 * shape, 80×80 pixels to three classes, which is run as MiniFASNet V2.
 */
async function loadByPath(
  path: string,
  options: SessionOptions,
  notices: string[],
): Promise<Loaded<AntiSpoofNet>> {
  const bytes = await readFile(path).catch((cause) => {
    const advice = 'name an anti-spoof ONNX file or leave it empty';
    throw new Error(`MODEL_PATH=${path} cannot be read; ${advice}.`, { cause });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const session = await loadOnnx(bytes, options).catch((cause) => {
    throw new Error(`MODEL_PATH=${path} is not a model ONNX Runtime can load.`, { cause });
  });
  const known = registry.find((entry) => entry.sha256 === sha256)?.name;
  const shape = `${dimensions(session.inputShapes)} → ${dimensions(session.outputShapes)}`;
  const recipe = recipes[known ?? (shape === '3×80×80 → 3' ? 'minifasnet-v2' : '')];
  if (!recipe) {
    throw new Error(
      `MODEL_PATH=${path} maps ${shape}; only Silent-Face nets (3×80×80 → 3) and the anti-spoof nets of the registry are understood.`,
    );
  }
  if (!known) {
    notices.push(
      `MODEL_PATH=${path} is no file that the registry knows: it is run as MiniFASNet V2 (BGR, crop 2.7, class 1 live). If it is another net, its scores mean nothing.`,
    );
  }
  const name = known ?? basename(path, '.onnx');
  return {
    identity: { role: 'anti-spoof', name, pack: 'named', sha256 },
    model: createMiniFasNet(session, recipe),
  };
}

/** The first tensor's shape without its batch dimension. */
function dimensions(shapes: Readonly<Record<string, readonly number[]>>): string {
  return (Object.values(shapes)[0] ?? []).slice(1).join('×');
}
