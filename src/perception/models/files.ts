import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedModel, type ModelEntry, packageFolder } from './registry.ts';

/** What stands where a model's weights file belongs. */
export type ModelFile =
  /** `contents` are the very bytes that were hashed, so that nothing is read twice. */
  | {
      readonly status: 'present';
      readonly path: string;
      readonly sha256: string;
      readonly contents: Buffer;
    }
  | BrokenModelFile;

export type BrokenModelFile =
  | { readonly status: 'missing'; readonly path: string }
  /** A file of another content; `sha256` and `bytes` are what was found. */
  | { readonly status: 'corrupt'; readonly path: string; readonly sha256: string; readonly bytes: number };

/** The folder of our own nets; as far from the sources as from what is built of them. */
const ownModels = fileURLToPath(new URL('../../../assets/models/', import.meta.url));

/** Where a model's weights file belongs: in its npm package, among our own nets, or in `modelsDir` (strong). */
export function modelPath(entry: ModelEntry, modelsDir: string): string {
  if (entry.pack === 'strong') return join(modelsDir, entry.file);
  return entry.format === 'onnx' ? join(ownModels, entry.file) : embeddedPath(entry, entry.file);
}

/** Where the JSON file beside an embedded model's weights stands. */
export function topologyPath(entry: EmbeddedModel): string {
  return embeddedPath(entry, entry.topology);
}

/**
 * Reads and hashes a model's weights file.
 *
 * @throws Error when the file is there but cannot be read
 */
export async function locateModel(entry: ModelEntry, modelsDir: string): Promise<ModelFile> {
  const path = modelPath(entry, modelsDir);
  try {
    const contents = await readFile(path);
    const sha256 = createHash('sha256').update(contents).digest('hex');
    if (sha256 === entry.sha256) return { status: 'present', path, sha256, contents };
    return { status: 'corrupt', path, sha256, bytes: contents.length };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing', path };
    throw new Error(`The model ${entry.name} cannot be read at ${path} (${code}).`, { cause: error });
  }
}

/**
 * A model's weights, checked against the registry.
 *
 * @throws Error when the file is missing or corrupt, with the sentence of `brokenModelSentence`
 */
export async function loadModelBytes(entry: ModelEntry, modelsDir: string): Promise<Buffer> {
  const file = await locateModel(entry, modelsDir);
  if (file.status === 'present') return file.contents;
  throw new Error(brokenModelSentence(entry, file));
}

/** What is wrong with a missing or corrupt model and what to do, for the operator. */
export function brokenModelSentence(entry: ModelEntry, file: BrokenModelFile): string {
  const missing = file.status === 'missing';
  const wrong = missing
    ? `The model ${entry.name} is not at ${file.path}`
    : `The model ${entry.name} at ${file.path} is not the file the registry names ` +
      `(expected SHA-256 ${entry.sha256}, got ${file.sha256})`;
  if (entry.pack === 'embedded' && entry.format === 'onnx')
    return `${wrong}: it is a part of Bonafide, which has to be installed again.`;
  const strong = entry.pack === 'strong';
  const get = strong ? `\`bonafide models pull ${entry.name}\`` : '`npm ci`';
  if (missing) return `${wrong}: run ${get}.`;
  return `${wrong}: run ${get} again${strong ? ' or delete the file' : ''}.`;
}

function embeddedPath(entry: EmbeddedModel, file: string): string {
  return join(packageFolder(entry.source), entry.folder, file);
}
