import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { StageTiming } from '../decisions/facts.ts';
import { catalogue, type ErrorCode } from '../errors.ts';
import type { DecisionOutcome } from '../stores/ports.ts';

/** What a contract found out while it answered, for the log, the metrics and the traces. */
export interface Findings {
  /** The verdict in the contract's own words; missing where the picture allows none. */
  readonly verdict?: string;
  /** The same in words that all contracts share, for the decision log; `DecisionOutcome` in `stores/ports.ts`. */
  readonly outcome?: Exclude<DecisionOutcome, 'unanswered'>;
  /** Codes of what bore on the verdict. */
  readonly reasons?: readonly string[];
  /** The picture of the data set that the verdict is about. */
  readonly sampleId?: string;
  readonly timings: readonly StageTiming[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by a contract as soon as perception has answered; null until then, and for other routes. */
    findings: Findings | null;
    /** The error that it was answered with; null for others. */
    failure: ErrorCode | null;
  }
}

/** A request that is over: answered, or left by its client. */
export interface SettledRequest {
  readonly method: string;
  /** The route's pattern, or `unmatched`: never the raw path, which strangers choose. */
  readonly endpoint: string;
  /** The HTTP status; 101 of a WebSocket, 499 when the client left before the answer was out. */
  readonly status: number;
  /** From the first byte to the last of the answer, or to the end of a WebSocket. */
  readonly milliseconds: number;
  readonly findings: Findings | null;
}

/** The client's `X-Request-Id` where it is harmless, else a fresh UUID. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/**
 * The URL as it came, or, where its percent escapes make no sense, with each `%` taken for itself: an
 * address where nothing is. Fastify would answer such a URL before any hook, out of sight of log,
 * metrics and security headers.
 */
export function routableUrl({ url = '/' }: IncomingMessage): string {
  try {
    decodeURI(url.split(/[?#]/, 1)[0]!);
    return url;
  } catch {
    return url.replaceAll('%', '%25');
  }
}

/** Returns the request id as a header, writes one log line for each request, and lets clients go at the end. */
export const lifecycle = fastifyPlugin(async (app: FastifyInstance) => {
  app.decorateRequest('findings', null);
  app.decorateRequest('failure', null);
  closeConnectionsAtTheEnd(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  onSettled(app, (request, settled) => {
    const { method, endpoint, status, milliseconds, findings } = settled;
    const line = {
      method,
      route: endpoint,
      status,
      ms: Math.round(milliseconds),
      verdict: findings?.verdict,
      key: request.caller?.id,
    };
    request.log[status >= 500 ? 'warn' : 'info'](line, 'request');
  });
});

/** A request under way when the server stops is answered, but its connection must not linger after it. */
function closeConnectionsAtTheEnd(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/**
 * Calls `listener` once for each request, when it is over. Fastify's `onResponse` does not suffice: it
 * stays silent when a client leaves between its last byte and the answer.
 */
export function onSettled(
  app: FastifyInstance,
  listener: (request: FastifyRequest, settled: SettledRequest) => void,
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => listener(request, settle(request, reply)));
  });
}

/** Aborts when the client leaves before its answer is out. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // The request's own `close` (and so Fastify's `request.signal`) also fires once the body is read.
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) controller.abort();
  });
  return controller.signal;
}

function settle(request: FastifyRequest, reply: FastifyReply): SettledRequest {
  return {
    method: request.method,
    endpoint: request.routeOptions.url ?? 'unmatched',
    status: statusOf(reply),
    milliseconds: reply.elapsedTime,
    findings: request.findings,
  };
}

function statusOf(reply: FastifyReply): number {
  if (reply.raw.writableEnded) return reply.statusCode;
  // Sent, but not by Fastify: a WebSocket has taken the connection over.
  return reply.sent ? 101 : catalogue.cancelled.status;
}
