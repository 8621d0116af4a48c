import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { allowOrigins, type OriginOptions } from '../../plugins/web-sockets.ts';
import type { SessionStreams } from '../../services/session-streams.ts';
import { streamMessage } from './schemas.ts';
import { serveStream } from './serve-stream.ts';

/** What the client's side of the session contract asks of the server. */
export interface StreamOptions {
  readonly streams: SessionStreams;
  /** Whose pages may open a stream. */
  readonly origins: OriginOptions;
  /** Largest picture, in bytes. */
  readonly maxFrameBytes: number;
  /** Longest time for which nothing may come from a client, in milliseconds. */
  readonly idleTimeout: number;
  /** Milliseconds of any steadily growing clock. */
  readonly now: () => number;
}

const description = `Opened with the token that \`POST /v2/sessions\` gave, as a subprotocol:
\`new WebSocket(url, ['bonafide', 'bonafide.token.' + client_token])\`. No API key is needed, and pages of any origin may,
unless STREAM_ORIGINS names some: the token is what admits.

A frame is one binary message: 8 bytes with the time it was taken (milliseconds of any clock of the client that never
goes back; float64, big-endian), then the picture; JPEG, 640×480 is plenty. Every message of the client has exactly one
answer, whose \`frame\` is its number; send the next frame after it. Only the end of the session answers nothing more.

The handshake succeeds whatever the token is, for browsers do not show the answer to a refused one: what is wrong is
said by a \`failed\` whose \`reason\` is \`session_unknown\` (close code 4401), \`session_in_use\` (4409),
\`session_used_up\` (4429), \`forbidden_origin\` (4403), or \`too_many_sessions\` or \`store_unavailable\` (1013), which may be tried again.`;

/** Our own contract, for the client: `WS /v2/sessions/{id}/stream`. */
export const sessionStream: FastifyPluginAsyncTypebox<StreamOptions> = async (app, options) => {
  const { origins, ...rest } = options;
  const served = { ...rest, checkOrigin: allowOrigins(origins) };
  app.addHook('preClose', () => options.streams.close());

  app.route({
    method: 'GET',
    url: '/v2/sessions/:id/stream',
    exposeHeadRoute: false,
    schema: {
      tags: ['sessions'],
      operationId: 'streamLivenessSession',
      summary: 'A WebSocket over which the client of a session takes part in it',
      description,
      params: Type.Object({ id: Type.String() }),
      response: {
        101: {
          description: 'Each message of the server.',
          content: { 'application/json': { schema: streamMessage } },
        },
        ...problemResponses('upgrade_required'),
      },
    },
    onRequest: async (request, reply) => {
      if (request.ws) return;
      reply.header('upgrade', 'websocket');
      throw new BonafideError('upgrade_required');
    },
    handler: () => Promise.reject(new BonafideError('upgrade_required')),
    wsHandler: (socket, request) => serveStream(socket, request, request.params.id, served),
  });
};
