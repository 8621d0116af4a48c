import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { Caller, KeyRing } from '../services/api-keys.ts';
import type { ContractName } from '../stores/ports.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, by their API key; null until that is checked, and for those who need none and show none. */
    caller: Caller | null;
  }
}

/** The ways to show an API key, as OpenAPI names them. */
export const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
  bearer: { type: 'http', scheme: 'bearer' },
} as const;

/** The `security` of a route that asks for a key: either way will do. */
export const security = [{ apiKey: [] }, { bearer: [] }];

/** How a key can fail that a route asks for: every one of them may answer with these. */
export const keyErrors = [
  'unauthorised',
  'forbidden_contract',
  'rate_limited',
  'store_unavailable',
] as const satisfies readonly ErrorCode[];

/** What stands before the key in a subprotocol. */
const keyProtocol = 'bonafide.key.';

/** Prepares requests for {@link requireApiKey}. */
export const apiKeys = fastifyPlugin(async (app: FastifyInstance) => {
  app.decorateRequest('caller', null);
});

/**
 * A hook (`onRequest`: before the body) that lets only holders of a usable key pass, which may be used for this
 * contract and has not been used too often; while there is no key at all, everyone passes, unless a key is required
 * all the same. Without a contract any usable key will do, and does not count.
 *
 * It throws BonafideError, one of {@link keyErrors}.
 */
export function requireApiKey(
  keys: KeyRing,
  contract?: ContractName,
  { always = false }: { readonly always?: boolean } = {},
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const caller = await keys.identify(shownKeys(request.headers));
    if (caller) {
      request.caller = caller;
      if (contract) await keys.admit(caller, contract);
    } else if (always || (await keys.needsKey())) throw new BonafideError('unauthorised');
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
