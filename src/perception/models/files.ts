import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedModel, type ModelEntry, packageFolder } from './registry.ts';

/** What stands where a model's weights file belongs. */
export type ModelFile =
  | { readonly status: 'present'; readonly path: string; readonly sha256: string }
  | { readonly status: 'missing'; readonly path: string }
  /** A file of another content; `sha256` and `bytes` are what was found. */
  | { readonly status: 'corrupt'; readonly path: string; readonly sha256: string; readonly bytes: number };

/** Where a model's weights file belongs: in its npm package (embedded) or in `modelsDir` (strong). */
export function modelPath(entry: ModelEntry, modelsDir: string): string {
  return entry.pack === 'strong' ? join(modelsDir, entry.file) : embeddedPath(entry, entry.file);
}

/** Where an embedded model's graph (TFJS JSON) stands. */
export function topologyPath(entry: EmbeddedModel): string {
  return embeddedPath(entry, entry.topology);
}

/**
 * Reads and hashes a model's weights file.
 *
 * @throws Error when the file is there but cannot be read
 */
export async function locateModel(entry: ModelEntry, modelsDir: string): Promise<ModelFile> {
  return (await readModel(entry, modelsDir)).file;
}

/**
 * A model's weights, checked against the registry.
 *
 * @throws Error when the file is missing or corrupt, with the sentence of `remedy`
 */
export async function loadModelBytes(entry: ModelEntry, modelsDir: string): Promise<Buffer> {
  const { file, bytes } = await readModel(entry, modelsDir);
  if (file.status === 'present' && bytes) return bytes;
  throw new Error(remedy(entry, file));
}

/** What is wrong with a missing or corrupt model and what to do, for the operator. */
export function remedy(entry: ModelEntry, file: ModelFile): string {
  const get = entry.pack === 'strong' ? `\`bonafide models pull ${entry.name}\`` : '`npm ci`';
  switch (file.status) {
    case 'present':
      return `The model ${entry.name} is in order: ${file.path}.`;
    case 'missing':
      return `The model ${entry.name} is not at ${file.path}: run ${get}.`;
    case 'corrupt':
      return (
        `The model ${entry.name} at ${file.path} is not the file the registry names ` +
        `(expected SHA-256 ${entry.sha256}, got ${file.sha256}): run ${get} again or delete the file.`
      );
  }
}

function embeddedPath(entry: EmbeddedModel, file: string): string {
  return join(packageFolder(entry.source), 'models', file);
}

async function readModel(entry: ModelEntry, modelsDir: string): Promise<{ file: ModelFile; bytes?: Buffer }> {
  const path = modelPath(entry, modelsDir);
  try {
    const bytes = await readFile(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 === entry.sha256) return { file: { status: 'present', path, sha256 }, bytes };
    return { file: { status: 'corrupt', path, sha256, bytes: bytes.length } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { file: { status: 'missing', path } };
    throw new Error(`The model ${entry.name} cannot be read at ${path} (${code}).`, { cause: error });
  }
}
