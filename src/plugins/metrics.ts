import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Perception } from '../perception/engine.ts';
import type { ChallengeSessions } from '../services/challenge-sessions.ts';
import { onSettled } from './lifecycle.ts';
import { type NativeSessions, observeNativeSessions, observeSessions } from './session-metrics.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What is measured; undefined where nothing is (`ENABLE_METRICS=false`). */
    metricsRegistry?: Registry;
  }
}

/** Seconds; from a cached answer to the longest wait the configuration recommends. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
/** Seconds; one model takes from half a millisecond to a few hundred. */
const stageBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** What the metrics are made of, and who may read them. */
export interface MetricsOptions {
  readonly perception: Perception;
  /** What WebSocket sessions add up to. */
  readonly sessions: Pick<ChallengeSessions, 'figures' | 'onAnswer'>;
  /** What native sessions add up to. */
  readonly native: NativeSessions;
  /** Who may read them; without it all may, as scrapers of seed 000 expect. */
  readonly guard?: ((request: FastifyRequest) => Promise<void>) | undefined;
}

/**
 * Prometheus metrics at `GET /metrics`. The five `liveness_request*`
 * and `liveness_inference*` names are that seed's; the rest is ours. One registry for each app.
 */
export const metrics = fastifyPlugin(async (app: FastifyInstance, options: MetricsOptions) => {
  const registry = new Registry();
  app.decorate('metricsRegistry', registry);
  collectDefaultMetrics({ register: registry });
  observePerception(registry, options.perception);
  observeSessions(registry, options.sessions);
  observeNativeSessions(registry, options.native);
  const observed = requestMetrics(registry);

  onSettled(app, (_request, { method, endpoint, status, milliseconds, findings }) => {
    observed.total.inc({ method, endpoint, status });
    observed[status < 400 ? 'success' : 'error'].inc({ method, endpoint });
    // A WebSocket lasts as long as its user takes: that says nothing of the server.
    if (status === 101) return;
    observed.latency.observe({ method, endpoint }, milliseconds / 1000);
    if (findings === null) return;
    let inference = 0;
    for (const { stage, milliseconds } of findings.timings) {
      observed.stages.observe({ stage }, milliseconds / 1000);
      inference += milliseconds / 1000;
    }
    observed.inference.observe(inference);
  });

  const onRequest = options.guard ?? [];
  app.get('/metrics', { schema: { hide: true }, onRequest }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
});

function requestMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['method', 'endpoint'] as const;
  return {
    total: new Counter({
      name: 'liveness_requests_total',
      help: 'Requests by method, endpoint and status (499: the client left).',
      labelNames: [...labelNames, 'status'],
      registers,
    }),
    success: new Counter({
      name: 'liveness_requests_success',
      help: 'Requests answered with a status below 400.',
      labelNames,
      registers,
    }),
    error: new Counter({
      name: 'liveness_requests_error',
      help: 'Requests answered with a status of 400 or above.',
      labelNames,
      registers,
    }),
    latency: new Histogram({
      name: 'liveness_request_latency_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labelNames,
      buckets: requestBuckets,
      registers,
    }),
    inference: new Histogram({
      name: 'liveness_inference_latency_seconds',
      help: 'Perception of one request: all stages, without the wait for a process.',
      buckets: requestBuckets,
      registers,
    }),
    stages: new Histogram({
      name: 'liveness_stage_latency_seconds',
      help: 'One stage of perception: decode, texture, or a model.',
      labelNames: ['stage'],
      buckets: stageBuckets,
      registers,
    }),
  };
}

function observePerception(registry: Registry, perception: Perception): void {
  const gauges = {
    liveness_queue_depth: ['Jobs waiting for a perception process.', 'queued'],
    liveness_running_jobs: ['Jobs perception works on.', 'running'],
    liveness_perception_processes: ['Perception processes that are alive.', 'processes'],
  } as const;
  for (const [name, [help, field]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(perception.load()[field]);
      },
    });
  }
}
