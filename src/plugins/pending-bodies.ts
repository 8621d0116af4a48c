import type { FastifyReply, FastifyRequest } from 'fastify';
import { BonafideError } from '../errors.ts';

/**
 * A hook (`onRequest`: before the body) that keeps the bodies of all requests under way within
 * `maxBytes` and answers `busy` past it. A body counts from its first byte to the end of the answer, for
 * it stays in memory while its request waits and is worked on. What is larger than `maxBytes` by itself
 * still gets through while nothing else does.
 *
 * Routes that share one hook share one budget.
 */
export function limitPendingBodies(
  maxBytes: number,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let pending = 0;
  return async (request, reply) => {
    const size = expectedSize(request);
    if (pending > 0 && pending + size > maxBytes) throw new BonafideError('busy');
    pending += size;
    reply.raw.once('close', () => {
      pending -= size;
    });
  };
}

/** Bytes that the body may grow to: what it declares, at most the limit of its route. */
function expectedSize({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit;
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}
