import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { onSettled } from './lifecycle.ts';

/** Where spans go. */
export interface TracingOptions {
  /** Base address of an OTLP/HTTP collector; spans go to its `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceVersion: string;
}

/** Longest an export may take, in milliseconds: one try and the exporter's one quick retry. */
const exportTimeout = 2_000;
/** Milliseconds for which spans are dropped after a failed export. */
const outagePause = 60_000;
/** Longest the server waits for the last spans when it stops, in milliseconds. */
const shutdownLimit = 800;

/**
 * Exports a span for each request, with a child for each stage of perception, to an OpenTelemetry
 * collector. An incoming W3C `traceparent` is continued. Nothing global is registered, and no attribute
 * says more than the log does.
 */
export const tracing = fastifyPlugin(async (app: FastifyInstance, options: TracingOptions) => {
  const url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeout });
  const processor = new BatchSpanProcessor(pauseAfterFailure(exporter, url, app.log));
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'bonafide',
      'service.version': options.serviceVersion,
    }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('bonafide', options.serviceVersion);

  onSettled(app, (request, { method, endpoint, status, milliseconds, findings }) => {
    const endTime = Date.now();
    const parent = parentContext(request.headers.traceparent);
    const attributes = {
      'http.request.method': method,
      'http.route': endpoint,
      'http.response.status_code': status,
      'bonafide.request_id': request.id,
      ...(findings?.verdict !== undefined && { 'bonafide.verdict': findings.verdict }),
    };
    const kind = SpanKind.SERVER;
    const startTime = endTime - milliseconds;
    const span = tracer.startSpan(`${method} ${endpoint}`, { kind, attributes, startTime }, parent);
    for (const stage of findings?.timings ?? []) {
      const child = { startTime: stage.startedAt };
      tracer
        .startSpan(stage.stage, child, trace.setSpan(parent, span))
        .end(stage.startedAt + stage.milliseconds);
    }
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  });

  app.addHook('onClose', async () => {
    const limit = new Promise((resolve) => setTimeout(resolve, shutdownLimit).unref());
    await Promise.race([provider.shutdown().catch(() => {}), limit]);
  });
});

/**
 * The caller's span named by a W3C `traceparent` header, as parent.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
function parentContext(header: string | string[] | undefined): Context {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(header));
  if (!match) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = match;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** Drops spans for a while after a failed export, and says so once for each outage. */
function pauseAfterFailure(exporter: SpanExporter, url: string, log: FastifyBaseLogger): SpanExporter {
  let pausedUntil = 0;
  let down = false;
  return {
    export(spans, done) {
      if (Date.now() < pausedUntil) return done({ code: exported });
      exporter.export(spans, ({ code }) => {
        if (code !== exported) {
          pausedUntil = Date.now() + outagePause;
          if (!down) log.warn({ url }, 'no trace collector answers; spans are dropped until one does');
        } else if (down) log.info({ url }, 'the trace collector answers again');
        down = code !== exported;
        done({ code: exported });
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** `ExportResultCode.SUCCESS` of `@opentelemetry/core`. */
const exported = 0;
