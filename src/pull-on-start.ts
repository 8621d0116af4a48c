import cliProgress from 'cli-progress';
import type { Logger } from 'pino';
import { type Config, engineOptions } from './config.ts';
import { modelPath } from './perception/models/files.ts';
import type { PullProgress } from './perception/models/pull.ts';
import type { StrongModel } from './perception/models/registry.ts';
import { pullMissing, strongModelsFor } from './perception/models/strong-pack.ts';

/** What the start's pull needs besides the configuration. */
export interface PullOnStartOptions {
  readonly logger: Logger;
  /** Fetch nothing, whatever MODELS_AUTO_PULL says. */
  readonly offline: boolean;
  /** Where a person watches: a bar is drawn there, in place of log lines. */
  readonly terminal: NodeJS.WriteStream | undefined;
  /** Ends the pull; what has arrived is kept. */
  readonly signal: AbortSignal;
}

/**
 * Before the models are loaded: fetches what is missing of the strong pack, unless told not to. Whatever becomes of it,
 * the server starts, with what is there.
 *
 * @throws Error when a file is there but cannot be read
 */
export async function pullOnStart(
  config: Config,
  { logger, offline, terminal, signal }: PullOnStartOptions,
): Promise<void> {
  const why = offline ? '--offline' : config.MODELS_AUTO_PULL ? undefined : 'MODELS_AUTO_PULL=false';
  if (why) return logger.info(`${why}: no models are fetched`);
  const { MODELS_DIR: modelsDir, MODELS_MIRROR: mirror, MODELS_PULL_TIMEOUT_MS: timeout } = config;
  const report = terminal && logger.isLevelEnabled('info') ? drawBar(terminal) : logLines(logger, modelsDir);
  const onMissing = (missing: readonly StrongModel[]) => {
    const models = missing.map(({ name }) => name);
    logger.info({ models, from: mirror || 'their own addresses' }, 'pulling what the strong pack lacks');
    report.begin(missing);
  };
  const outcome = await pullMissing({
    entries: strongModelsFor(engineOptions(config)),
    modelsDir,
    from: mirror || undefined,
    timeout,
    onMissing,
    onProgress: report.show,
    signal,
  }).finally(report.end);
  if (signal.aborted) return;
  if (outcome.reason)
    logger.warn(
      { missing: outcome.missing.map(({ name }) => name) },
      `${outcome.reason} The server starts with the models that are here. \`bonafide models pull\` fetches the rest ` +
        '(--from DIR|URL: from a mirror), and so does the next start; MODELS_AUTO_PULL=false or --offline spares it the try.',
    );
  else if (outcome.arrived.length > 0) logger.info('the strong pack is complete');
}

/** Tells how far a pull is. */
interface Report {
  begin(missing: readonly StrongModel[]): void;
  show(progress: PullProgress): void;
  end(): void;
}

/** One line that is overwritten: the bytes of all models together. */
function drawBar(stream: NodeJS.WriteStream): Report {
  const format = 'the strong pack [{bar}] {percentage}% of {size} MB  {name}';
  const bar = new cliProgress.SingleBar({
    format,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  const received = new Map<string, number>();
  return {
    begin(missing) {
      const bytes = missing.reduce((sum, entry) => sum + entry.bytes, 0);
      bar.start(bytes, 0, { size: (bytes / 1e6).toFixed(1), name: missing[0]?.name });
    },
    show({ entry, received: bytes }) {
      received.set(entry.name, bytes);
      const sum = [...received.values()].reduce((total, value) => total + value, 0);
      bar.update(sum, { name: `${entry.name} (${entry.licence})` });
    },
    end: () => bar.stop(),
  };
}

/** One line for each model, when it is there. */
function logLines(logger: Logger, modelsDir: string): Report {
  return {
    begin() {},
    show({ entry, state }) {
      if (state !== 'done') return;
      const { name, bytes, licence } = entry;
      logger.info({ model: name, bytes, licence, path: modelPath(entry, modelsDir) }, 'model pulled');
    },
    end() {},
  };
}
