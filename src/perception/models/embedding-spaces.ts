import type { EmbeddingSpace } from '../../decisions/facts.ts';
import { descriptorLength } from '../runtime/dlib-resnet-to-onnx.ts';
import { dlibResNetRecipe } from './dlib-resnet.ts';
import { embeddingLength, mobileFaceNetRecipe } from './mobilefacenet.ts';
import { findModel } from './registry.ts';

/** What the vectors of an embedder mean, and how many numbers they have. */
export interface SizedEmbeddingSpace extends EmbeddingSpace {
  readonly length: number;
}

const embedders: ReadonlyMap<string, Pick<SizedEmbeddingSpace, 'recipe' | 'length'>> = new Map([
  ['dlib-resnet', { recipe: dlibResNetRecipe, length: descriptorLength }],
  ['mobilefacenet', { recipe: mobileFaceNetRecipe, length: embeddingLength }],
]);

/** The names of the embedders. */
export const embedderNames: readonly string[] = [...embedders.keys()];

/** The space of an embedder of this version, by its name in the registry, whether it is installed or not. */
export function findEmbeddingSpace(model: string): SizedEmbeddingSpace | undefined {
  const embedder = embedders.get(model);
  return embedder && { model, modelHash: findModel(model).sha256, ...embedder };
}
