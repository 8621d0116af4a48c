import { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { BonafideError, catalogue } from '../errors.ts';
import { answerSocketError } from './problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route opens WebSockets. */
    speaksWebSocket?: boolean;
  }
}

/** What all WebSockets of the server have in common. */
export interface WebSocketsOptions {
  /** Bytes of one message; past it the connection ends with close code 1009. */
  readonly maxMessageBytes: number;
}

/** Whose pages may open a WebSocket. */
export interface OriginOptions {
  /** Address clients reach this server at, where it differs from what the server sees; or empty. */
  readonly publicUrl: string;
  /** Origins as browsers write them, `https://shop.example` for instance; `*`: any. */
  readonly allowed: readonly string[];
}

/** The subprotocol that a browser names beside the one that carries its API key. */
const subprotocol = 'bonafide';

/** Milliseconds that a client has to answer a close before its connection is cut. */
const closeTimeout = 1_000;

/**
 * The requests of a server with WebSockets. Node takes every request with an `Upgrade` for the beginning of
 * another protocol as soon as somebody listens for upgrades, and cuts its body off; but who does not speak a
 * protocol may go on as if nobody had asked (RFC 9110, section 7.8). Java's HttpClient and `curl --http2` ask
 * for h2c, and WebSockets begin with a GET (RFC 6455, section 4.1): all else is a request as any other.
 *
 * (Node's own option for this, `shouldUpgradeCallback`, is missing in the versions that have to do.)
 */
export class UpgradableRequest extends IncomingMessage {
  private asked = false;

  /** Node's parser sets it and asks for it again once the headers are there. */
  get upgrade(): boolean {
    if (!this.asked || this.method === 'CONNECT') return this.asked;
    return this.method === 'GET' && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(asked: boolean | null) {
    this.asked = asked === true;
  }
}

/**
 * WebSockets for the routes that ask for them; a handshake at any other finds nothing there. The server must
 * be made of {@link UpgradableRequest}. Without compression: frames are compressed by themselves.
 */
export const webSockets = fastifyPlugin(async (app: FastifyInstance, options: WebSocketsOptions) => {
  const serverOptions = {
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    // The choice is sent back: never the one that holds a key.
    handleProtocols: (offered: ReadonlySet<string>) => offered.has(subprotocol) && subprotocol,
    closeTimeout,
  };
  await app.register(websocket, {
    options: serverOptions,
    errorHandler(error, socket, request) {
      // What breaks the protocol: `ws` is closing the connection with the right code.
      if ('code' in error && String(error.code).startsWith('WS_ERR')) return;
      request.log.error(error);
      socket.close(catalogue.internal.closeCode);
    },
    // Whoever opened a session says good-bye to its client; here only the door is shut.
    async preClose(this: FastifyInstance) {
      this.websocketServer.close();
    },
  });
  app.websocketServer.on('wsClientError', (error: Error, socket: Socket) => answerSocketError(error, socket));
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, speaksWebSocket: route.wsHandler !== undefined };
  });
  app.addHook('onRequest', async ({ ws, is404, routeOptions }) => {
    if (ws && !is404 && !routeOptions.config.speaksWebSocket) throw new BonafideError('not_found');
  });
});

/**
 * Browsers let any page open a WebSocket to any server, also to one on loopback, and tell the page's
 * origin. Pages at `publicUrl` and of `allowed` origins may; so may programs that are no browsers, which send
 * no origin; and pages that came from the address they ask, as long as that address cannot be somebody
 * else's. A name can: its owner lets it point to their page first and then to this server (DNS rebinding). So
 * where no key was shown, the address must be an IP literal or localhost.
 *
 * @returns a check that throws BonafideError `forbidden_origin`
 */
export function allowOrigins(options: OriginOptions): (request: FastifyRequest) => void {
  const { publicUrl, allowed } = options;
  const known = [...allowed, ...(publicUrl ? [new URL(publicUrl).origin] : [])];
  return ({ headers: { origin, host }, caller }) => {
    if (origin === undefined || known.includes('*') || known.includes(origin)) return;
    if (!URL.canParse(origin) || !isAskedAddress(new URL(origin), host ?? '', publicUrl, caller !== null))
      throw new BonafideError(
        'forbidden_origin',
        'PUBLIC_URL and ALLOWED_ORIGINS, or STREAM_ORIGINS of streams, name who may.',
      );
  };
}

/** Whether a page came from the address it asks, and that says something. */
function isAskedAddress(page: URL, host: string, publicUrl: string, hasKey: boolean): boolean {
  // With the page's scheme, for a port that goes without saying differs by it.
  const asked = `${page.protocol}//${host}`;
  if (!URL.canParse(asked) || new URL(asked).host !== page.host) return false;
  // There is a scheme to go by, and the page's is another one.
  if (publicUrl && new URL(publicUrl).host === page.host) return false;
  return hasKey || isOwnAddress(page.hostname);
}

/** An address that no name server was asked for. */
function isOwnAddress(hostname: string): boolean {
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
