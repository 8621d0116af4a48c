import type { Embedder } from './alignment.ts';
import type { EmbedderName, EngineOptions } from './engine.ts';
import { type Loaded, loadEmbedded, loadStrong } from './load-model.ts';
import { createDlibResNet } from './models/dlib-resnet.ts';
import { brokenModelSentence, locateModel } from './models/files.ts';
import { createMobileFaceNet } from './models/mobilefacenet.ts';
import { findModel } from './models/registry.ts';
import type { Session, SessionOptions } from './runtime/session.ts';

const makers: Readonly<Record<EmbedderName, (session: Session) => Embedder>> = {
  'dlib-resnet': createDlibResNet,
  mobilefacenet: createMobileFaceNet,
};

/**
 * Loads the embedder that EMBEDDER names. No other serves where its file is missing: what was enrolled with
 * it could be compared with nobody.
 *
 * @throws Error with a sentence that says what to do, when the file is missing or not the right one
 */
export async function loadEmbedder(
  { embedder: name, modelsDir }: Pick<EngineOptions, 'embedder' | 'modelsDir'>,
  session: SessionOptions,
): Promise<Loaded<Embedder>> {
  const entry = findModel(name);
  if (entry.pack === 'embedded') return loadEmbedded(name, session, makers[name]);
  const loaded = await loadStrong(name, modelsDir, session, makers[name]);
  if (loaded) return loaded;
  const { path } = await locateModel(entry, modelsDir);
  throw new Error(`EMBEDDER=${name}: ${brokenModelSentence(entry, { status: 'missing', path })}`);
}
