import { pino } from 'pino';
import { buildApp } from './app.ts';
import { engineOptions, readConfig } from './config.ts';
import type { Perception } from './perception/engine.ts';
import { createPool, type PoolEvent } from './perception/pool.ts';

/** The server's process: compose, listen, drain. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.LOG_LEVEL });
  const perception = await createPool({
    engine: engineOptions(config),
    processes: config.PERCEPTION_PROCESSES,
    queueLimit: config.QUEUE_LIMIT,
    deadlineMs: config.REQUEST_TIMEOUT_MS,
    clipDeadlineMs: config.CLIP_TIMEOUT_MS,
    entry: new URL('./perception/process.js', import.meta.url),
    environment: process.env,
    onEvent: (event) => logger[isRoutine(event) ? 'info' : 'warn']({ event }, 'perception process'),
  });
  describe(perception, logger);
  const app = await buildApp({ config, perception, logger });
  await app.listen({ host: config.HOST, port: config.PORT });
  if (config.API_KEY.length === 0)
    logger.warn(`THIS SERVER IS OPEN: no API_KEY is set, whoever reaches ${config.HOST} may use it.`);

  const stop = async () => {
    logger.info('stopping: no new connections; requests under way are finished');
    // An upload that stalls must not hold the stop up: what works is done by its own deadline.
    const drained = setTimeout(() => app.server.closeAllConnections(), config.REQUEST_TIMEOUT_MS);
    await app.close();
    clearTimeout(drained);
    await perception.close();
    logger.info('stopped');
  };
  onStopSignal(() => void stop().then(() => process.exit(0), fail));
}

function describe(perception: Perception, logger: pino.Logger): void {
  const { models, executionProviders, notices } = perception.describe();
  for (const { role, name, sha256 } of models) logger.info({ role, name, sha256 }, 'model');
  logger.info({ executionProviders, processes: perception.load().processes }, 'perception is ready');
  for (const notice of notices) logger.warn(notice);
}

function isRoutine(event: PoolEvent): boolean {
  return event.type === 'started' || event.type === 'ready' || (event.type === 'exited' && event.code === 0);
}

/** Calls `stop` at the first signal; the second one ends the process at once. */
function onStopSignal(stop: () => void): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stop();
    });
  }
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

main().catch(fail);
