import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { BonafideError, catalogue } from '../errors.ts';

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

/** WebSockets for the routes that ask for them. Without compression: frames are compressed by themselves. */
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
});

/**
 * Browsers let any page open a WebSocket to any server, also to one on loopback, and tell the page's
 * origin. Pages of this server and of `allowed` origins may; so may programs that are no browsers, which
 * send no origin.
 *
 * @returns a check that throws BonafideError `forbidden_origin`
 */
export function allowOrigins({ publicUrl, allowed }: OriginOptions): (request: FastifyRequest) => void {
  const publicHost = publicUrl && new URL(publicUrl).host;
  return ({ headers: { origin, host } }) => {
    if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return;
    const from = URL.canParse(origin) ? new URL(origin).host : '';
    if (from === '' || (from !== host?.toLowerCase() && from !== publicHost))
      throw new BonafideError('forbidden_origin', 'ALLOWED_ORIGINS names the origins that may.');
  };
}
