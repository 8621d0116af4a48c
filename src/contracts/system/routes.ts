import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerDescription } from '../../services/describe-server.ts';
import { type Health, health, info } from './schemas.ts';

/** What the system contract asks of the server. */
export interface SystemOptions {
  readonly describeServer: () => ServerDescription;
  /** Takes a third of a second at most, also where the database is away. */
  readonly describeDatabase: () => Promise<Health['database']>;
  readonly version: string;
  readonly description: string;
  /** Whether a key is needed for everything but this contract. */
  readonly needsKey: () => Promise<boolean>;
  readonly hasMetrics: boolean;
}

/** The API's own pages, open to all: `GET /`, `GET /health`, `GET /openapi.json`. */
export const system: FastifyPluginAsyncTypebox<SystemOptions> = async (app, options) => {
  app.get(
    '/',
    {
      schema: {
        tags: ['system'],
        operationId: 'info',
        summary: 'What this server offers',
        response: { 200: info },
      },
    },
    async () => ({
      name: 'bonafide',
      version: options.version,
      description: options.description,
      authentication: (await options.needsKey()) ? ('required' as const) : ('open' as const),
      contracts: [
        { name: 'passive', routes: ['POST /liveness', 'POST /active/blink'] },
        { name: 'kyc', routes: ['POST /liveness/', 'POST /session/'] },
        { name: 'frames', routes: ['POST /api/liveness/validate'] },
        {
          name: 'recognition',
          routes: [
            'POST /v1/liveness',
            'POST /v1/register',
            'POST /v1/verify',
            'POST /v1/identify',
            'GET /v1/users',
            'DELETE /v1/users/{user_id}',
            'POST /v1/dataset/upload',
            'GET /v1/dataset/stats',
          ],
        },
        { name: 'challenge', routes: ['GET /test', 'WS /ws'] },
        {
          name: 'sessions',
          routes: [
            'POST /v2/sessions',
            'GET /v2/sessions/{id}',
            'DELETE /v2/sessions/{id}',
            'WS /v2/sessions/{id}/stream',
          ],
        },
      ],
      links: {
        health: '/health',
        docs: '/docs',
        openapi: '/openapi.json',
        ...(options.hasMetrics && { metrics: '/metrics' }),
      },
    }),
  );

  app.get(
    '/health',
    {
      schema: {
        tags: ['system'],
        operationId: 'health',
        summary: 'Is the server able to work, and with which models?',
        response: { 200: health, 503: health },
      },
    },
    async (_request, reply) => {
      const body = toHealth(options.describeServer(), await options.describeDatabase(), options.version);
      return reply.code(body.status === 'ok' ? 200 : 503).send(body);
    },
  );

  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
};

function toHealth(server: ServerDescription, database: Health['database'], version: string): Health {
  const { models, executionProviders } = server.perception;
  return {
    status: server.load.processes > 0 ? 'ok' : 'unavailable',
    model_loaded: models.some(({ role }) => role === 'anti-spoof'),
    anti_spoof: server.antiSpoof,
    service: 'liveness-detection',
    version,
    runtime: {
      node: process.versions.node,
      python: null,
      cuda: { available: executionProviders.includes('cuda') },
      execution_providers: [...executionProviders],
    },
    pack: server.pack,
    pack_note: server.packNote,
    calibration: {
      name: server.calibration.name,
      source: server.calibration.source,
      experimental: server.calibration.isExperimental,
    },
    detector: server.detector,
    models: models.map(({ role, name, sha256 }) => ({ role, name, sha256 })),
    database,
    notices: [...server.notices],
    queue: {
      waiting: server.load.queued,
      running: server.load.running,
      processes: server.load.processes,
      full: server.load.full,
    },
  };
}
