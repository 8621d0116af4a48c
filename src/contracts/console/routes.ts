import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { security } from '../../plugins/api-key.ts';
import { type Latency, readLatencies } from '../../plugins/latencies.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type { SampleBrowser } from '../../services/browse-samples.ts';
import type { ConsoleData, DecisionFilter } from '../../services/console-data.ts';
import { consoleErrors } from './errors.ts';
import { toDecision, toEvent, toLabelled } from './mapping.ts';
import { samples } from './samples-routes.ts';
import {
  decisionsQuery,
  decisionsResponse,
  defaultLimit,
  eventsQuery,
  eventsResponse,
  type LatenciesResponse,
  latenciesResponse,
  ratesQuery,
  ratesResponse,
  statusResponse,
} from './schemas.ts';

/** What the console's data routes ask of the server. */
export interface ConsoleOptions {
  readonly data: ConsoleData;
  readonly samples: SampleBrowser;
  readonly load: () => Omit<LatenciesResponse['queue'], 'waiting'> & { readonly queued: number };
  readonly openSessions: () => number;
  readonly today: () => Date;
  /** `DECISIONS_DAYS`. */
  readonly decisionsDays: number;
  /** `CONSOLE_RELABEL`. */
  readonly mayRelabel: boolean;
}

/** What the page at `/console` shows. Whoever registers it lets nobody in without a key for it. */
export const consoleData: FastifyPluginAsyncTypebox<ConsoleOptions> = async (app, options) => {
  const errors = problemResponses(...consoleErrors);
  const common = { tags: ['console'], security };
  // What is shown here is for one pair of eyes.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get(
    '/status',
    {
      schema: {
        ...common,
        operationId: 'consoleStatus',
        summary: 'What the console can show',
        response: { 200: statusResponse, ...errors },
      },
    },
    async ({ caller }) => ({
      decisions_days: options.decisionsDays,
      may_relabel: options.mayRelabel,
      samples: { ...(await options.data.countSamples()) },
      key: caller?.record?.label ?? 'API_KEY',
    }),
  );

  app.get(
    '/decisions',
    {
      schema: {
        ...common,
        operationId: 'consoleDecisions',
        summary: 'What the contracts have decided of late',
        querystring: decisionsQuery,
        response: { 200: decisionsResponse, ...errors },
      },
    },
    async ({ query: { after, limit = defaultLimit, ...filter } }) => {
      const { items, next } = await options.data.listDecisions(toFilter(filter), { after, limit });
      return { decisions: items.map(toDecision), next };
    },
  );

  app.get(
    '/rates',
    {
      schema: {
        ...common,
        operationId: 'consoleRates',
        summary: 'How often they came to what, and erred where a label says so',
        querystring: ratesQuery,
        response: { 200: ratesResponse, ...errors },
      },
    },
    async ({ query }) => {
      const { days, labelled } = await options.data.rates(toFilter(query));
      return {
        days: days.map((day) => ({ ...day, outcomes: { ...day.outcomes } })),
        labelled: labelled.map(toLabelled),
      };
    },
  );

  app.get(
    '/latencies',
    {
      schema: {
        ...common,
        operationId: 'consoleLatencies',
        summary: 'How busy this server is, and how long it takes',
        response: { 200: latenciesResponse, ...errors },
      },
    },
    async () => {
      const { queued, running, processes, full } = options.load();
      const registry = app.metricsRegistry;
      const read = async (name: string) => registry && (await readLatencies(registry, name)).map(copy);
      const [stages, requests, frames] = [
        await read('liveness_stage_latency_seconds'),
        await read('liveness_request_latency_seconds'),
        await read('liveness_challenge_frame_wait_seconds'),
      ];
      return {
        at: options.today().toISOString(),
        queue: { waiting: queued, running, processes, full },
        sessions_open: options.openSessions(),
        metrics: stages && requests && frames ? { stages, requests, frames } : null,
      };
    },
  );

  app.get(
    '/events',
    {
      schema: {
        ...common,
        operationId: 'consoleEvents',
        summary: 'Who has looked at pictures of the data set',
        querystring: eventsQuery,
        response: { 200: eventsResponse, ...errors },
      },
    },
    async ({ query: { after, limit = defaultLimit } }) => {
      const { items, next } = await options.data.listEvents({ after, limit });
      return { events: items.map(toEvent), next };
    },
  );

  await app.register(samples, options.samples);
};

const dayMs = 86_400_000;

/** The days of a question, the last one included, as times. */
function toFilter({ from, to, key, ...rest }: Static<typeof ratesQuery>): DecisionFilter {
  return {
    ...rest,
    keyId: key,
    ...(from && { from: startOf(from) }),
    ...(to && { to: new Date(startOf(to).getTime() + dayMs) }),
  };
}

/** Years that a question may name, the last one included: dates of the database and of scripts agree on them. */
const years = { first: 1970, last: 9998 };

/** When a day begins. A day that is in no calendar is refused: scripts take 31 February for 3 March. */
function startOf(day: string): Date {
  const at = new Date(`${day}T00:00:00Z`);
  const year = at.getUTCFullYear();
  const isDay = !Number.isNaN(year) && at.toISOString().startsWith(day);
  if (!isDay || year < years.first || year > years.last)
    throw new BonafideError(
      'invalid_request',
      `${day} is not a day of the years ${years.first} to ${years.last}.`,
    );
  return at;
}

function copy({ labels, ...latency }: Latency) {
  return { ...latency, labels: { ...labels } };
}
