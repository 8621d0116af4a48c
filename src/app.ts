import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import helmet from '@fastify/helmet';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import {
  type AppParts,
  type CalibratedParts,
  challengeSessions,
  consoleOptions,
  datasetOptions,
  decisionLogOptions,
  framesOptions,
  keyRing,
  kycOptions,
  nativeSessions,
  passiveOptions,
  recognitionOptions,
} from './contract-options.ts';
import { bodyLimit } from './contracts/base64.ts';
import { testPage } from './contracts/challenge/page.ts';
import { challenge } from './contracts/challenge/routes.ts';
import { consolePage, refuseWithoutKeys } from './contracts/console/page.ts';
import { consoleData } from './contracts/console/routes.ts';
import { frames } from './contracts/frames/routes.ts';
import { kyc } from './contracts/kyc/routes.ts';
import { passive } from './contracts/passive/routes.ts';
import { dataset } from './contracts/recognition/dataset-routes.ts';
import { recognition } from './contracts/recognition/routes.ts';
import { sessions as sessionRoutes } from './contracts/sessions/routes.ts';
import { sessionStream } from './contracts/sessions/stream.ts';
import { system } from './contracts/system/routes.ts';
import { apiDocs } from './plugins/api-docs.ts';
import { apiKeys, requireApiKey } from './plugins/api-key.ts';
import { decisionLog } from './plugins/decision-log.ts';
import { limitJsonBodies } from './plugins/json-bodies.ts';
import { lifecycle, requestId, routableUrl } from './plugins/lifecycle.ts';
import { metrics } from './plugins/metrics.ts';
import { limitPendingBodies } from './plugins/pending-bodies.ts';
import { answerError, answerSocketError, problems } from './plugins/problems.ts';
import { pageAssets } from './plugins/static-pages.ts';
import { UpgradableRequest, webSockets } from './plugins/web-sockets.ts';
import { createActiveChecks } from './services/active-checks.ts';
import type { KeyRing } from './services/api-keys.ts';
import { type ByteBudget, createByteBudget } from './services/byte-budget.ts';
import { calibrationInUse } from './services/calibration-in-use.ts';
import type { ChallengeSessions } from './services/challenge-sessions.ts';
import { describeDatabase, describeServer } from './services/describe-server.ts';
import type { ContractName } from './stores/ports.ts';

export type { AppParts };

/** Longest time a whole request may take to arrive, in milliseconds: a slow sender holds no socket longer. */
const arrivalLimit = 60_000;

/**
 * The HTTP side of the server: plugins and contracts, in the order in which a request meets them. The
 * app neither listens nor closes its perception: whoever composes it does.
 */
export async function buildApp(given: AppParts): Promise<FastifyInstance> {
  const { config, perception } = given;
  const parts = { ...given, calibration: given.calibration ?? calibrationInUse(perception, config) };
  const app = createServer(parts.logger);
  // One for all: bodies of requests and frames of sessions lie in the same memory.
  const budget = createByteBudget(config.MAX_PENDING_BYTES);
  const sessions = challengeSessions(parts, budget);
  const native = nativeSessions(parts, sessions);
  const keys = keyRing(parts);
  await app.register(lifecycle);
  await app.register(problems);
  await app.register(apiKeys);
  await app.register(decisionLog, decisionLogOptions(parts));
  await app.register(helmet, securityHeaders);
  await app.register(webSockets, { maxMessageBytes: bodyLimit(config.MAX_FRAME_BYTES) });
  if (config.ENABLE_METRICS) {
    const guard = config.METRICS_NEED_KEY ? requireApiKey(keys) : undefined;
    await app.register(metrics, { perception, sessions, native, guard });
  }
  if (config.ENABLE_TRACING) {
    // Loaded on demand: without tracing, none of OpenTelemetry is.
    const { tracing } = await import('./plugins/tracing.ts');
    const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
    await app.register(tracing, { endpoint, serviceVersion: packageInfo.version });
  }
  await app.register(apiDocs, { version: packageInfo.version });
  await app.register(pageAssets);
  await registerContracts(app, parts, { sessions, native, budget, keys });
  await app.ready();
  return app;
}

function createServer(logger: FastifyBaseLogger): FastifyInstance {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestId,
    rewriteUrl: routableUrl,
    // Ids of people may be as long as the longest, each byte escaped.
    routerOptions: { maxParamLength: 2_000 },
    requestTimeout: arrivalLimit,
    // Node looks for late requests every 30 s by default, which would make a minute last one and a half.
    http: { connectionsCheckingInterval: 2_000, IncomingMessage: UpgradableRequest },
    // While the server drains, connections that are open are still served.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerSocketError,
  });
  // No contract takes plain text: it is refused as any other content type.
  app.removeContentTypeParser('text/plain');
  limitJsonBodies(app);
  return app.setValidatorCompiler(TypeBoxValidatorCompiler);
}

/** What contracts share. */
interface Shared {
  readonly sessions: ChallengeSessions;
  readonly native: ReturnType<typeof nativeSessions>;
  readonly budget: ByteBudget;
  readonly keys: KeyRing;
}

async function registerContracts(
  app: FastifyInstance,
  parts: CalibratedParts,
  { sessions, native, budget, keys }: Shared,
): Promise<void> {
  const { config, perception, calibration } = parts;
  // What describes the server is answered without a database too, and then does not call it open.
  const needsKey = () => keys.needsKey().catch(() => true);
  await app.register(system, {
    describeServer: () => describeServer(perception, config, calibration),
    describeDatabase: () => describeDatabase(parts.stores.database),
    version: packageInfo.version,
    description: packageInfo.description,
    needsKey,
    hasMetrics: config.ENABLE_METRICS,
  });
  await app.register(testPage);

  /** Registers what belongs to one contract. */
  const named = (contract: ContractName, register: (scope: FastifyInstance) => Promise<void>) =>
    app.register(async (scope) => {
      scope.addHook('onRequest', async (request) => {
        request.contract = contract;
      });
      await register(scope);
    });
  /** The same: who may not use it gets no further than its first hook. */
  const guarded = (contract: ContractName, register: (scope: FastifyInstance) => Promise<void>) =>
    named(contract, async (scope) => {
      scope.addHook('onRequest', requireApiKey(keys, contract, { always: contract === 'kyc' }));
      scope.addHook('onRequest', limitPendingBodies(budget));
      await register(scope);
    });
  await guarded('passive', async (scope) => {
    const activeChecks = createActiveChecks({
      now: parts.now ?? (() => performance.now()),
      randomBytes: parts.randomBytes ?? randomBytes,
    });
    scope.addHook('onClose', async () => activeChecks.close());
    const options = passiveOptions(parts, activeChecks);
    await scope.register(passive, { ...options, hide: false });
    await scope.register(passive, { ...options, hide: true, prefix: '/passive' });
  });
  await guarded('frames', async (scope) => {
    await scope.register(frames, framesOptions(parts));
  });
  await guarded('kyc', async (scope) => {
    const options = kycOptions(parts);
    await scope.register(kyc, { ...options, anySlash: false });
    await scope.register(kyc, { ...options, anySlash: true, prefix: '/kyc' });
  });
  await guarded('recognition', async (scope) => {
    await scope.register(recognition, recognitionOptions(parts));
    await scope.register(dataset, datasetOptions(parts));
  });
  await app.register(async (scope) => {
    scope.addHook('onRequest', refuseWithoutKeys(needsKey));
    await scope.register(consolePage);
    await scope.register(async (data) => {
      data.addHook('onRequest', requireApiKey(keys, 'console', { always: true }));
      await data.register(consoleData, { ...consoleOptions(parts, sessions), prefix: '/console/api' });
    });
  });
  await guarded('challenge', async (scope) => {
    await scope.register(challenge, {
      sessions,
      origins: { publicUrl: config.PUBLIC_URL, allowed: config.ALLOWED_ORIGINS },
      maxFrameBytes: config.MAX_FRAME_BYTES,
      idleTimeout: config.IDLE_TIMEOUT * 1000,
    });
  });
  await guarded('sessions', async (scope) => {
    await scope.register(sessionRoutes, { sessions: native.sessions });
  });
  // Its client has no key: the token of the session admits.
  await named('sessions', async (scope) => {
    await scope.register(sessionStream, {
      streams: native.streams,
      origins: { publicUrl: config.PUBLIC_URL, allowed: config.STREAM_ORIGINS },
      maxFrameBytes: config.MAX_FRAME_BYTES,
      idleTimeout: config.IDLE_TIMEOUT * 1000,
      now: parts.now ?? (() => performance.now()),
    });
  });
}

/**
 * Helmet's headers, such that `/docs` works over plain HTTP too: the interface styles itself inline, and
 * an upgrade to HTTPS (or a promise of it, HSTS) is for the proxy that ends TLS to ask.
 */
const securityHeaders = {
  contentSecurityPolicy: {
    directives: { upgradeInsecureRequests: null, styleSrc: ["'self'", "'unsafe-inline'"] },
  },
  strictTransportSecurity: false,
};

/** Name and version as package.json, one folder up in `src` and in `dist`, has them. */
const packageInfo: { readonly version: string; readonly description: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
