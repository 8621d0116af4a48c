import type { EngineOptions } from '../../src/perception/engine.ts';

/** The anti-spoof nets of the strong pack that the settings ask for by default. */
export const strongNets = ['minifasnet-v2', 'minifasnet-v1se'] as const;

/**
 * An engine with the embedded pack alone, changed as a test needs it, and without any anti-spoof net, as
 * `ANTISPOOF_NETS=none` has it: the puppet and the photographs that tests show are pictures of pictures, which a net may well
 * take for the attacks that they are. What our own net says on a fresh machine is tested in `test/fresh-install.test.ts`.
 */
export function engineOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
  return {
    modelsDir: 'no-models-here',
    modelPath: '',
    antiSpoofNets: [],
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
