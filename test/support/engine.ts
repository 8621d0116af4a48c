import type { EngineOptions } from '../../src/perception/engine.ts';

/** An engine with the embedded pack alone, what a fresh machine has, changed as a test needs it. */
export function engineOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
  return {
    modelsDir: 'no-models-here',
    modelPath: '',
    antiSpoofNets: ['minifasnet-v2', 'minifasnet-v1se'],
    embedder: 'dlib-resnet',
    executionProviders: ['cpu'],
    threads: 1,
    warmUp: false,
    maxImagePixels: 25_000_000,
    clip: {
      maxBytes: 20_000_000,
      maxMilliseconds: 30_000,
      maxPixels: 9_000_000,
      maxDecodeMilliseconds: 60_000,
    },
    ...changes,
  };
}
