import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { type Config, engineOptions, readConfig } from './config.ts';
import { trustOf } from './contract-options.ts';
import { isTrusted } from './decisions/recognition/trusted-score.ts';
import type { Perception } from './perception/engine.ts';
import { createPool, type PoolEvent } from './perception/pool.ts';
import { textLog } from './plugins/text-log.ts';
import { pullOnStart } from './pull-on-start.ts';
import { calibrationInUse } from './services/calibration-in-use.ts';
import { loadClassifier } from './services/classifier-file.ts';
import { describeServer, type ServerDescription } from './services/describe-server.ts';
import { everyMinute } from './services/every-minute.ts';
import { endLostSessions, keepSessionsSwept } from './services/sweep-sessions.ts';
import { keepSwept } from './services/sweep-templates.ts';
import { nameOfDatabase, openDatabase } from './stores/database/open-database.ts';
import type { AnswerChange } from './stores/database/watch-database.ts';
import { openStores, type TemplateOptions } from './stores/open-stores.ts';
import type { Stores } from './stores/ports.ts';
import { openTemplateKeys } from './stores/templates/template-key-file.ts';

/** The server's process: compose, listen, drain. */
async function main(): Promise<void> {
  const offline = isOffline(process.argv.slice(2));
  const config = readConfig(process.env);
  const options = { level: config.LOG_LEVEL };
  const toStdout = (line: string) => void process.stdout.write(line);
  const logger = config.LOG_FORMAT === 'text' ? pino(options, textLog(toStdout)) : pino(options);
  if (!(await pullModels(config, offline, logger))) return;
  // At the same time: models load in processes of their own.
  const [stores, perception] = await Promise.all([startStores(config, logger), startPool(config, logger)]);
  logger.info({ search: stores.enrolments.searchKind }, 'templates');
  const stopSweeping = keepSwept(
    stores.enrolments,
    () => new Date(),
    (error) =>
      logger.warn({ err: error }, 'expired templates could not be swept; the next try is in a minute'),
  );
  const stopSettling = everyMinute(
    () => stores.samples.recover(new Date(), 'running'),
    (error) =>
      logger.warn({ err: error }, 'unfinished uploads could not be settled; the next try is in a minute'),
  );
  const stopForgetting = everyMinute(
    () => stores.decisions.sweep(decisionsKeptSince(config, new Date())),
    (error) =>
      logger.warn({ err: error }, 'old decisions could not be forgotten; the next try is in a minute'),
  );
  const stopSweepingSessions = keepSessionsSwept(
    stores.sessions,
    config.SESSION_RESULT_DAYS,
    () => new Date(),
    (error) => logger.warn({ err: error }, 'old sessions could not be swept; the next try is in a minute'),
  );
  const calibration = calibrationInUse(perception, config);
  describe(describeServer(perception, config, calibration), config, logger);
  const classifier = config.LIVENESS_CLF_PATH
    ? await loadClassifier(config.LIVENESS_CLF_PATH, {
        models: perception.describe().models,
        smallFaceSide: config.LIVENESS_MIN_SIDE,
      })
    : undefined;
  if (classifier)
    logger.info(
      { path: config.LIVENESS_CLF_PATH, trainedAt: classifier.trainedAt },
      'the classifier scores /v1',
    );
  if (classifier && !isTrusted('classifier', trustOf({ config, classifier })))
    logger.warn(
      `the classifier weighs texture ${classifier.restsOn === 'texture' ? 'alone' : 'and the experimental net alone'}: by its score /v1 enrols nobody and matches nobody. Train one with the anti-spoof nets (\`bonafide models pull\`).`,
    );
  const app = await buildApp({ config, perception, stores, logger, classifier, calibration });
  // Decided once: a server does not move. Each request asks anew whether it needs a key.
  const isOpen = config.API_KEY.length === 0 && !(await stores.apiKeys.any());
  const host = config.HOST || (isOpen ? '127.0.0.1' : '0.0.0.0');
  await app.listen({ host, port: config.PORT });
  if (isOpen)
    logger.warn(
      `THIS SERVER IS OPEN: there is no key, whoever reaches ${host} may use it. Set API_KEY, or run \`bonafide keys create\`.`,
    );

  const stop = async () => {
    logger.info('stopping: no new connections; requests under way are finished');
    const keepWaiting = cutConnectionsLate(app.server, perception, config);
    await app.close();
    keepWaiting.abort();
    await perception.close();
    stopSweeping();
    stopSettling();
    stopSweepingSessions();
    stopForgetting();
    await stores.close();
    logger.info('stopped');
  };
  onStopSignal(() => void stop().then(() => process.exit(0), fail));
}

/**
 * Whether `--offline` was said, to the server (`npm start -- --offline`) or to npm (`npm start --offline`), which
 * keeps the word for itself.
 *
 * @throws Error about any other argument
 */
function isOffline(args: readonly string[]): boolean {
  const { values } = parseArgs({
    args: [...args],
    options: { offline: { type: 'boolean', default: false } },
  });
  return values.offline || process.env.npm_config_offline === 'true';
}

/** @returns false where a signal ended the pull, and the server should not start */
async function pullModels(config: Config, offline: boolean, logger: pino.Logger): Promise<boolean> {
  const stopped = new AbortController();
  const stop = () => stopped.abort(new Error('the server was stopped'));
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.once(signal, stop);
  const terminal = process.stderr.isTTY ? process.stderr : undefined;
  await pullOnStart(config, { logger, offline, terminal, signal: stopped.signal });
  for (const signal of signals) process.off(signal, stop);
  if (stopped.signal.aborted) logger.info('stopped');
  return !stopped.signal.aborted;
}

async function startStores(config: Config, logger: pino.Logger): Promise<Stores> {
  const options = { databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR };
  const where = nameOfDatabase(options);
  const sql = await openDatabase({
    ...options,
    onChange: (change) => tellOfDatabase(change, logger),
  });
  const stores = await openStores(sql, { trainDir: config.TRAIN_DIR }, templateOptions(config, logger));
  await stores.samples.recover(new Date(), 'start');
  // A server of PostgreSQL is not alone: what ran on others may run still.
  if (sql.kind === 'pglite') await endLostSessions(stores.sessions, new Date());
  logger.info({ kind: sql.kind, where }, 'database');
  return stores;
}

function tellOfDatabase(change: AnswerChange, logger: pino.Logger): void {
  if (!change.isAnswering) logger.error({ reason: change.reason }, 'the database does not answer');
  else if ('cannotWrite' in change)
    logger.error(
      { reason: change.cannotWrite },
      'the database writes nothing: it is read-only, or its disk is full (said once a minute)',
    );
  else logger.info('the database answers again');
}

function startPool(config: Config, logger: pino.Logger): Promise<Perception> {
  return createPool({
    engine: engineOptions(config),
    processes: config.PERCEPTION_PROCESSES,
    queueLimit: config.QUEUE_LIMIT,
    deadlineMs: config.REQUEST_TIMEOUT_MS,
    clipDeadlineMs: config.CLIP_TIMEOUT_MS,
    entry: new URL('./perception/process.js', import.meta.url),
    environment: process.env,
    onEvent: (event) => logger[isRoutine(event) ? 'info' : 'warn']({ event }, 'perception process'),
  });
}

/** From when on decisions are kept, to the hour: what is older goes at once rather than bit by bit. */
function decisionsKeptSince({ DECISIONS_DAYS }: Config, now: Date): Date {
  const hour = 3_600_000;
  if (DECISIONS_DAYS === 0) return now;
  return new Date(Math.floor((now.getTime() - DECISIONS_DAYS * 24 * hour) / hour) * hour);
}

function templateOptions(
  { TEMPLATE_KEY, TEMPLATE_SEARCH, DATA_DIR }: Config,
  logger: pino.Logger,
): TemplateOptions {
  const openKeys = (keyIds: readonly string[]) => {
    const source = { templateKey: TEMPLATE_KEY, dataDir: DATA_DIR };
    const { keys, notices } = openTemplateKeys(source, keyIds, { mayLack: true });
    for (const notice of notices) logger.warn(notice);
    return keys;
  };
  return {
    keys: openKeys,
    search: TEMPLATE_SEARCH,
    now: new Date(),
    onDamaged: (text) => logger.error(text),
    onNotice: (text) => logger.warn(text),
    onMissingKey: (text) =>
      logger.error(
        `${text} UNTIL THEN this server enrols, verifies and identifies nobody; all else is served.`,
      ),
  };
}

function describe(server: ServerDescription, { CALIBRATION_PATH }: Config, logger: pino.Logger): void {
  const { perception, load, notices, pack, packNote, calibration } = server;
  const { models, executionProviders } = perception;
  for (const { role, name, sha256 } of models) logger.info({ role, name, sha256 }, 'model');
  logger.info({ executionProviders, processes: load.processes }, 'perception is ready');
  logger.info({ pack }, packNote);
  const path = CALIBRATION_PATH === '' ? undefined : CALIBRATION_PATH;
  logger.info({ calibration, path }, 'calibration');
  for (const notice of notices) logger.warn(notice);
}

/**
 * Cuts what is still open when no picture can be worked on any more, or, if something is worked on even then,
 * no clip either: an upload that stalls must not hold the stop up, nor a clip be lost to it.
 *
 * @returns calls it off
 */
function cutConnectionsLate(
  server: Server,
  perception: Perception,
  { REQUEST_TIMEOUT_MS, CLIP_TIMEOUT_MS }: Config,
): AbortController {
  const closed = new AbortController();
  const isWorking = () => perception.load().queued + perception.load().running > 0;
  const cut = async () => {
    await pause(REQUEST_TIMEOUT_MS, undefined, closed);
    if (isWorking()) await pause(Math.max(CLIP_TIMEOUT_MS - REQUEST_TIMEOUT_MS, 0), undefined, closed);
    server.closeAllConnections();
  };
  cut().catch(() => {});
  return closed;
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

/** Says what went wrong in a sentence; a library may throw what is no Error. */
function fail(error: unknown): never {
  const { message, name, code, errno } = Object(error) as Partial<NodeJS.ErrnoException>;
  const sentence =
    error instanceof Error
      ? `${message}${typeof error.cause === 'string' ? ` (${error.cause})` : ''}`
      : `The server cannot go on: ${[name, code, errno].filter((part) => part !== undefined).join(' ') || String(error)}.`;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

main().catch(fail);
