import type { FastifyReply, FastifyRequest } from 'fastify';
import { BonafideError } from '../errors.ts';
import type { ByteBudget } from '../services/byte-budget.ts';

/**
 * A hook (`onRequest`: before the body) that keeps the bodies of all requests under way within
 * `budget` and answers `busy` past it. A body counts from its first byte to the end of the answer, for
 * it stays in memory while its request waits and is worked on.
 */
export function limitPendingBodies(
  budget: ByteBudget,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    const giveBack = budget.take(expectedSize(request));
    if (!giveBack) throw new BonafideError('busy');
    reply.raw.once('close', giveBack);
  };
}

/** Bytes that the body may grow to: what it declares, at most the limit of its route. */
function expectedSize({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit;
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}
