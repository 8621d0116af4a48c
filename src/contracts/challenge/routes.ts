import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { BonafideError } from '../../errors.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { allowOrigins, type OriginOptions } from '../../plugins/web-sockets.ts';
import type { ChallengeSessions } from '../../services/challenge-sessions.ts';
import { serverMessage } from './schemas.ts';
import { serveSocket } from './serve-socket.ts';

/** What the challenge contract asks of the server. */
export interface ChallengeOptions {
  readonly sessions: ChallengeSessions;
  /** Whose pages may open a session. */
  readonly origins: OriginOptions;
  /** Largest image, in bytes. */
  readonly maxFrameBytes: number;
  /** Longest silence of a client, in milliseconds. */
  readonly idleTimeout: number;
}

const description = `The server says where to look, the client sends what its camera sees, until \`complete\` or \`failed\`.
A frame is a text message \`{"frame": "…"}\` with a picture in base64, or a binary message with the picture itself;
JPEG, 640×480 and 5 to 15 a second are plenty. Each frame that is looked at gets an answer; one that is still
waiting when the next one comes is dropped. A frame that cannot be read is answered with \`error\`.
Browsers, which cannot set headers here, show an API key as a subprotocol:
\`new WebSocket(url, ['bonafide', 'bonafide.key.' + KEY_AS_BASE64URL])\`.`;

/** Seed 001: `WS /ws`. */
export const challenge: FastifyPluginAsyncTypebox<ChallengeOptions> = async (app, options) => {
  const { sessions } = options;
  const checkOrigin = allowOrigins(options.origins);
  app.addHook('preClose', async () => sessions.close());

  app.route({
    method: 'GET',
    url: '/ws',
    exposeHeadRoute: false,
    schema: {
      tags: ['challenge'],
      operationId: 'runChallenge',
      summary: 'A WebSocket on which a user turns their head as told',
      description,
      security,
      response: {
        101: {
          description: 'Each message of the server.',
          content: { 'application/json': { schema: serverMessage } },
        },
        ...problemResponses(
          ...keyErrors,
          'forbidden_origin',
          'upgrade_required',
          'too_many_sessions',
          'shutting_down',
        ),
      },
    },
    onRequest: async (request, reply) => {
      if (!request.ws) {
        // Browsers tell their pages nothing of a handshake that is refused: those ask again by an ordinary request.
        sessions.admit()();
        reply.header('upgrade', 'websocket');
        throw new BonafideError('upgrade_required');
      }
      checkOrigin(request);
      // A place is held from here to the end of the connection, whether or not it comes to a session.
      reply.raw.once('close', sessions.admit());
    },
    handler: () => Promise.reject(new BonafideError('upgrade_required')),
    wsHandler: (socket, request) => serveSocket(socket, request, options),
  });
};
