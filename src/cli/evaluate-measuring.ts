import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, engineOptions } from '../config.ts';
import type { Measurement } from '../decisions/evaluation/measurement.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import { BonafideError } from '../errors.ts';
import type { Perception, PerceptionDescription } from '../perception/engine.ts';
import { createPool } from '../perception/pool.ts';
import { calibrationInUse } from '../services/calibration-in-use.ts';
import { measureFiles } from '../services/evaluate-files.ts';
import { type ComparedPairs, comparePictures } from '../services/evaluate-pairs.ts';
import type { HashedFile } from './evaluate-manifest.ts';
import { openMeasurements } from './evaluate-measurements.ts';
import type { PairList } from './evaluate-pairs.ts';
import { type Progress, showProgress } from './progress.ts';
import { version } from './version.ts';

/** What is to be measured, and where it is kept. */
export interface MeasuringTask {
  readonly files: readonly HashedFile[];
  /** Paths in it are relative to the manifest's folder. */
  readonly pairs: PairList | undefined;
  readonly manifest: string;
  /** The folder of `measurements.jsonl`; it is there. */
  readonly out: string;
  /** Hears of the models before anything is measured by them; what it throws is thrown. */
  readonly onModels?: (models: readonly ModelIdentity[]) => void;
}

/** What is known of the files, and what measured them. */
export interface Measured {
  readonly perception: PerceptionDescription;
  /** By the SHA-256 of the file. */
  readonly known: ReadonlyMap<string, Measurement>;
  readonly compared: ComparedPairs | undefined;
}

/** Measures what is not measured yet, and compares the pairs; undefined where it was interrupted. */
export async function measure(
  config: Config,
  { files, pairs, manifest, out, onModels }: MeasuringTask,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Measured | undefined> {
  const perception = await startPool(config, env);
  const stop = () => void perception.close();
  signal.addEventListener('abort', stop);
  try {
    for (const notice of perception.describe().notices) console.error(notice);
    onModels?.(perception.describe().models);
    const known = await measureManifest(config, perception, files, out, signal);
    const compared = pairs && (await comparePairs(config, perception, pairs, dirname(manifest), signal));
    return signal.aborted ? undefined : { perception: perception.describe(), known, compared };
  } finally {
    signal.removeEventListener('abort', stop);
    await perception.close();
  }
}

/** One more than there are processes: each has the next file at hand when it is done. */
export const concurrencyOf = ({ PERCEPTION_PROCESSES }: Config): number => PERCEPTION_PROCESSES + 1;

/** Settings that bear on what is measured, or on what is refused. */
export function measuringSettings(config: Config) {
  return {
    BYSTANDER_RATIO: config.BYSTANDER_RATIO,
    EMBEDDER: config.EMBEDDER,
    EXECUTION_PROVIDERS: config.EXECUTION_PROVIDERS.join(','),
    LIVENESS_MIN_SIDE: config.LIVENESS_MIN_SIDE,
    MAX_IMAGE_BYTES: config.MAX_IMAGE_BYTES,
    MAX_IMAGE_PIXELS: config.MAX_IMAGE_PIXELS,
    MAX_CLIP_BYTES: config.MAX_CLIP_BYTES,
    MAX_CLIP_SECONDS: config.MAX_CLIP_SECONDS,
    MAX_CLIP_PIXELS: config.MAX_CLIP_PIXELS,
  };
}

async function measureManifest(
  config: Config,
  perception: Perception,
  files: readonly HashedFile[],
  out: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Measurement>> {
  const kept = await openMeasurements(join(out, 'measurements.jsonl'), {
    version: version(),
    models: perception.describe().models,
    settings: measuringSettings(config),
  });
  const distinct = new Set(files.map(({ sha256 }) => sha256));
  const before = [...distinct].filter((sha256) => kept.known.has(sha256)).length;
  if (before > 0) console.error(`${before} of ${distinct.size} files were measured before.`);
  try {
    await withProgress(distinct.size, 'files', before, (progress) =>
      measureFiles(
        perception,
        files.map((file) => ({
          ...file,
          read: () =>
            readWithin(file.file, file.presentation === 'still' ? config.MAX_IMAGE_BYTES : Infinity),
        })),
        kept,
        {
          calibration: calibrationInUse(perception, config),
          bystanderRatio: config.BYSTANDER_RATIO,
          concurrency: concurrencyOf(config),
          signal,
          onProgress: progress.show,
        },
      ),
    );
    return kept.known;
  } finally {
    kept.close();
  }
}

function comparePairs(
  config: Config,
  perception: Perception,
  { pairs }: PairList,
  folder: string,
  signal: AbortSignal,
): Promise<ComparedPairs> {
  const pictures = new Set(pairs.flatMap((pair) => pair.pictures));
  return withProgress(pictures.size, 'pictures of pairs', 0, (progress) =>
    comparePictures(perception, pairs, {
      read: (picture) => readWithin(join(folder, picture), config.MAX_IMAGE_BYTES),
      bystanderRatio: config.BYSTANDER_RATIO,
      concurrency: concurrencyOf(config),
      signal,
      onProgress: progress.show,
    }),
  );
}

async function withProgress<T>(
  total: number,
  what: string,
  done: number,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = showProgress(total, what, done);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}

/** How much slower than a server may be what is measured here: the machine's speed is not the question. */
const patience = 10;

async function startPool(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Perception> {
  const engine = engineOptions(config);
  const { maxDecodeMilliseconds } = engine.clip;
  const processes = config.PERCEPTION_PROCESSES;
  return createPool({
    engine: {
      ...engine,
      clip: { ...engine.clip, maxDecodeMilliseconds: patience * maxDecodeMilliseconds },
    },
    processes,
    queueLimit: 2 * processes,
    deadlineMs: patience * config.REQUEST_TIMEOUT_MS,
    clipDeadlineMs: patience * config.CLIP_TIMEOUT_MS,
    entry: new URL('../perception/process.js', import.meta.url),
    environment: env,
    onEvent: () => {},
  });
}

/** A picture past the limit is refused unread, as the server does; clips are refused by perception. */
async function readWithin(file: string, maxBytes: number): Promise<Uint8Array> {
  if ((await stat(file)).size > maxBytes) throw new BonafideError('payload_too_large');
  return readFile(file);
}
