import type { EngineOptions } from '../engine.ts';
import { locateModel } from './files.ts';
import { type PullOptions, pullModels } from './pull.ts';
import { registry, type StrongModel } from './registry.ts';

/** What an engine of these options would load of the strong pack, were all its files there; the detector first. */
export function strongModelsFor({
  modelPath,
  antiSpoofNets,
  embedder,
}: Pick<EngineOptions, 'modelPath' | 'antiSpoofNets' | 'embedder'>): readonly StrongModel[] {
  // The file that MODEL_PATH names takes the place of the nets.
  const nets = modelPath ? [] : antiSpoofNets;
  return registry.filter(
    (entry): entry is StrongModel =>
      entry.pack === 'strong' &&
      ((entry.role === 'detector' && entry.pulledByDefault) ||
        (entry.role === 'anti-spoof' && nets.includes(entry.name)) ||
        entry.name === embedder),
  );
}

export interface PullMissingOptions extends PullOptions {
  /** Milliseconds after which the whole pull is given up, whatever has arrived. */
  readonly timeout: number;
  /** Called with what is missing, before anything is fetched; not at all where nothing is. */
  readonly onMissing?: (missing: readonly StrongModel[]) => void;
}

/** What a pull of the missing models came to. */
export interface PullOutcome {
  /** Models that were missing and are in order now, whoever fetched them. */
  readonly arrived: readonly StrongModel[];
  readonly missing: readonly StrongModel[];
  /** A sentence: why models are still missing; `undefined` where none is. */
  readonly reason: string | undefined;
}

/** Longest silence of a server, in milliseconds: a good one answers within one, a dead one should cost few. */
const longestSilence = 5_000;

/**
 * Fetches the models whose files are missing, within a time, and never throws because of the network, the
 * mirror or the disk: the first failure ends the pull, and what is there by then is there. Nothing is fetched where
 * one of the files is damaged, for the engine then refuses to start and says what to do.
 *
 * @throws Error when a file is there but cannot be read
 */
export async function pullMissing({
  timeout,
  onMissing,
  ...options
}: PullMissingOptions): Promise<PullOutcome> {
  const found = await locateAll(options.entries, options.modelsDir);
  const missing = found.missing;
  if (missing.length === 0 || found.hasCorrupt) return { arrived: [], missing: [], reason: undefined };
  onMissing?.(missing);
  const failure = await pullWithin(timeout, { ...options, entries: missing });
  // Looked at again: another server that shares the folder may have fetched what we could not.
  const still = (await locateAll(missing, options.modelsDir)).missing;
  const arrived = missing.filter((entry) => !still.includes(entry));
  return { arrived, missing: still, reason: still.length > 0 ? failure : undefined };
}

/** @returns the sentence of what went wrong, or `undefined` */
async function pullWithin(timeout: number, options: PullOptions): Promise<string | undefined> {
  const deadline = new AbortController();
  const giveUp = () =>
    deadline.abort(
      new Error(
        `it took longer than ${timeout / 1000} s; what has arrived is kept, and resumed by the next pull`,
      ),
    );
  const timer = setTimeout(giveUp, timeout);
  const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal;
  try {
    await pullModels({ stallTimeout: longestSilence, ...options, signal });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
  }
}

async function locateAll(entries: readonly StrongModel[], modelsDir: string) {
  const files = await Promise.all(
    entries.map(async (entry) => ({ entry, status: (await locateModel(entry, modelsDir)).status })),
  );
  return {
    missing: files.filter(({ status }) => status === 'missing').map(({ entry }) => entry),
    hasCorrupt: files.some(({ status }) => status === 'corrupt'),
  };
}
