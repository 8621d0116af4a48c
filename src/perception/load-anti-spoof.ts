import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EngineOptions } from './engine.ts';
import { type Loaded, loadOnnx, loadOwn, loadStrong } from './load-model.ts';
import { bonafideAntiSpoof, createBonafideAntiSpoofNet } from './models/bonafide-antispoof.ts';
import { type AntiSpoofNet, createMiniFasNet, type MiniFasNetRecipe } from './models/minifasnet.ts';
import { registry } from './models/registry.ts';
import type { Session, SessionOptions } from './runtime/session.ts';

/** How each anti-spoof net of the strong pack wants its input; from the nets' own repositories. */
const recipes: Readonly<Record<string, MiniFasNetRecipe>> = {
  'minifasnet-v2': { cropScale: 2.7, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v1se': { cropScale: 4, crop: 'shifted', order: 'bgr', white: 255, liveClass: 1 },
  'minifasnet-v2se': { cropScale: 1.5, crop: 'square', order: 'rgb', white: 1, liveClass: 0 },
};

/** The names that ANTISPOOF_NETS may hold. */
const known: readonly string[] = [...Object.keys(recipes), bonafideAntiSpoof];

/** Nets that are no evidence by themselves: on one's own camera they call too many attacks live. */
const neverAlone: readonly string[] = ['minifasnet-v1se'];

/** The anti-spoof nets of one process. */
export interface AntiSpoofNets {
  readonly loaded: readonly Loaded<AntiSpoofNet>[];
  /** Names of nets that are asked for but whose files are missing, where others than our own serve. */
  readonly missing: readonly string[];
}

/**
 * Loads the nets of ANTISPOOF_NETS, or the one file of MODEL_PATH in their place. Where none of those nets is installed
 * that may speak alone, our own stands in, alone; where none is asked for, none is loaded.
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
  const asked = options.antiSpoofNets;
  if (asked.length === 0) return { loaded: [], missing: [] };
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(
      `ANTISPOOF_NETS names "${unknown}", which is no anti-spoof net; known are ${known.join(', ')}, or none.`,
    );
  refuseAlone(asked, 'ANTISPOOF_NETS');
  const found = await Promise.all(asked.map((name) => loadByName(name, options.modelsDir, session)));
  const loaded = found.filter((net) => net !== undefined);
  const missing = asked.filter((_, at) => found[at] === undefined);
  const mayServe = loaded.some(({ identity }) => ![...neverAlone, bonafideAntiSpoof].includes(identity.name));
  const own = loaded.find(({ identity }) => identity.name === bonafideAntiSpoof);
  if (missing.length > 0) {
    const consequence = mayServe
      ? 'passive checks are inconclusive without it'
      : `our own net, ${bonafideAntiSpoof}, which is experimental, stands in`;
    notices.push(
      `Not installed in ${options.modelsDir} (MODELS_DIR): anti-spoof ${missing.join(', ')}: ${consequence}. ` +
        `\`bonafide models pull ${missing.join(' ')}\` fetches what is missing.`,
    );
  }
  if (mayServe) return { loaded, missing };
  return {
    loaded: [own ?? (await loadOwn(bonafideAntiSpoof, session, createBonafideAntiSpoofNet))],
    missing: [],
  };
}

/** `undefined` where the net's file is missing. */
function loadByName(
  name: string,
  modelsDir: string,
  session: SessionOptions,
): Promise<Loaded<AntiSpoofNet> | undefined> {
  if (name === bonafideAntiSpoof) return loadOwn(name, session, createBonafideAntiSpoofNet);
  return loadStrong(name, modelsDir, session, (loaded) => createMiniFasNet(loaded, recipes[name]!));
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
  const entry = registry.find((model) => model.sha256 === sha256);
  const shape = `${dimensions(session.inputShapes)} → ${dimensions(session.outputShapes)}`;
  const model = createNet(entry?.name ?? (shape === '3×80×80 → 3' ? 'minifasnet-v2' : ''), session);
  if (!model) {
    throw new Error(
      `MODEL_PATH=${path} maps ${shape}; only Silent-Face nets (3×80×80 → 3) and the anti-spoof nets of the registry are understood.`,
    );
  }
  if (!entry) {
    notices.push(
      `MODEL_PATH=${path} is no file that the registry knows: it is run as MiniFASNet V2 (BGR, crop 2.7, class 1 live). If it is another net, its scores mean nothing.`,
    );
  }
  // Apart from the registry's names, by which calibrations and trust go, whatever the file is called.
  const name = entry?.name ?? `named/${basename(path, '.onnx')}`;
  return { identity: { role: 'anti-spoof', name, pack: 'named', sha256 }, model };
}

/** A net of the registry on a session that is loaded already; `undefined` where none is called that. */
function createNet(name: string, session: Session): AntiSpoofNet | undefined {
  if (name === bonafideAntiSpoof) return createBonafideAntiSpoofNet(session);
  const recipe = recipes[name];
  return recipe && createMiniFasNet(session, recipe);
}

/** The first tensor's shape without its batch dimension. */
function dimensions(shapes: Readonly<Record<string, readonly number[]>>): string {
  return (Object.values(shapes)[0] ?? []).slice(1).join('×');
}
