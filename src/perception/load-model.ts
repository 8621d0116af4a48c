import { readFile } from 'node:fs/promises';
import type { ModelIdentity } from '../decisions/facts.ts';
import { brokenModelSentence, loadModelBytes, locateModel, topologyPath } from './models/files.ts';
import {
  type EmbeddedModel,
  findModel,
  type ModelEntry,
  type OwnModel,
  type StrongModel,
} from './models/registry.ts';
import { dlibResNetToOnnx } from './runtime/dlib-resnet-to-onnx.ts';
import { rewritePrelu } from './runtime/rewrite-prelu.ts';
import { createSession, type Session, type SessionOptions } from './runtime/session.ts';
import { parseTfjsModel } from './runtime/tfjs-model.ts';
import { translateToOnnx } from './runtime/tfjs-to-onnx.ts';

/** A model ready to run, with its identity. */
export interface Loaded<T> {
  readonly identity: ModelIdentity;
  readonly model: T;
}

/**
 * Loads a model that an npm package ships.
 *
 * @throws Error with a sentence that says what to do, when its file is missing or not the right one
 */
export async function loadEmbedded<T>(
  name: string,
  options: SessionOptions,
  create: (session: Session) => T,
): Promise<Loaded<T>> {
  const entry = findModel(name) as EmbeddedModel;
  const weights = await loadModelBytes(entry, '');
  const topology = await readFile(topologyPath(entry), 'utf8');
  const onnx = translations[entry.format](topology, weights);
  return { identity: identify(entry), model: create(await createSession(onnx, options)) };
}

/**
 * Loads a net of our own.
 *
 * @throws Error with a sentence that says what to do, when its file is missing or not the right one
 */
export async function loadOwn<T>(
  name: string,
  options: SessionOptions,
  create: (session: Session) => T,
): Promise<Loaded<T>> {
  const entry = findModel(name) as OwnModel;
  const onnx = await loadModelBytes(entry, '');
  return { identity: identify(entry), model: create(await createSession(onnx, options)) };
}

const translations: Readonly<
  Record<EmbeddedModel['format'], (topology: string, weights: Uint8Array) => Uint8Array>
> = {
  'tfjs-graph': (topology, weights) => translateToOnnx(parseTfjsModel(topology, weights)),
  'dlib-resnet-weights': dlibResNetToOnnx,
};

/**
 * Loads a model of the strong pack, or answers `undefined` where its file is missing.
 *
 * @throws Error with a sentence that says what to do, when its file is not the right one
 */
export async function loadStrong<T>(
  name: string,
  modelsDir: string,
  options: SessionOptions,
  create: (session: Session) => T,
): Promise<Loaded<T> | undefined> {
  const entry = findModel(name) as StrongModel;
  const file = await locateModel(entry, modelsDir);
  if (file.status === 'missing') return undefined;
  if (file.status === 'corrupt') throw new Error(brokenModelSentence(entry, file));
  return { identity: identify(entry), model: create(await loadOnnx(file.contents, options)) };
}

/** Loads an ONNX file as it is, but for its PReLUs. */
export async function loadOnnx(bytes: Buffer, options: SessionOptions): Promise<Session> {
  return createSession(rewritePrelu(bytes), options);
}

function identify({ role, name, pack, sha256 }: ModelEntry): ModelIdentity {
  return { role, name, pack, sha256 };
}
