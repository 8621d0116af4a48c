import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../errors.ts';

/** The ways to show an API key, as OpenAPI names them. */
export const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
  bearer: { type: 'http', scheme: 'bearer' },
} as const;

/** The `security` of a route that asks for a key: either way will do. */
export const security = [{ apiKey: [] }, { bearer: [] }];

/** What stands before the key in a subprotocol. */
const keyProtocol = 'bonafide.key.';

/**
 * A hook that lets only holders of one of `keys` pass; without keys everyone passes.
 *
 * Keys are compared as SHA-256 digests, each with each and in constant time, so neither the length of
 * a key nor where a guess goes wrong can be read from the clock.
 */
export function requireApiKey(keys: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const accepted = keys.map(digest);
  return async (request) => {
    if (accepted.length === 0) return;
    const shown = shownKeys(request.headers).map(digest);
    const matches = shown.flatMap((key) => accepted.map((known) => timingSafeEqual(key, known)));
    if (!matches.includes(true)) throw new BonafideError('unauthorised');
  };
}

function shownKeys(headers: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return [headers['x-api-key'], bearer, ...subprotocolKeys(headers)].filter((key) => typeof key === 'string');
}

/** Browsers cannot set headers of a WebSocket; they show a key in base64url, as one of its subprotocols. */
function subprotocolKeys(headers: IncomingHttpHeaders): string[] {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  return protocols
    .filter((protocol) => protocol.startsWith(keyProtocol))
    .map((protocol) => Buffer.from(protocol.slice(keyProtocol.length), 'base64url').toString());
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
