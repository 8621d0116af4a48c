import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { chooseLanguage } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type { LivenessSessions } from '../../services/liveness-sessions.ts';
import { toOpenedSession, toSessionResult, toSessionWish } from './mapping.ts';
import { openedSession, sessionRequest, sessionResult } from './schemas.ts';

/** What the backend's side of the session contract asks of the server. */
export interface SessionsOptions {
  readonly sessions: LivenessSessions;
}

/** Larger than any body of `POST /v2/sessions`. */
const bodyLimit = 16_384;

const params = Type.Object({ id: Type.String({ description: 'The `id` that the session was made with.' }) });

/** Our own contract, for the relying party's backend: `POST`, `GET` and `DELETE /v2/sessions`. */
export const sessions: FastifyPluginAsyncTypebox<SessionsOptions> = async (app, { sessions }) => {
  // Clients send this header with whatever they send, also with nothing.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : parseJson(request, body as string, done),
  );

  app.post(
    '/v2/sessions',
    {
      bodyLimit,
      // No body is as good as an empty one.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        tags: ['sessions'],
        operationId: 'openLivenessSession',
        summary: 'A session, and a token for the client that is to take part in it',
        description:
          'Asked by the backend, which hands `client_token` to its client and keeps its API key to itself.',
        security,
        body: sessionRequest,
        response: {
          201: openedSession,
          ...problemResponses(
            'invalid_json',
            'invalid_request',
            'user_not_found',
            'unsupported_media_type',
            'payload_too_large',
            'too_many_unused_sessions',
            ...keyErrors,
          ),
        },
      },
    },
    async ({ body, caller }, reply) => {
      const session = await sessions.open(caller, toSessionWish(body));
      reply.code(201).header('cache-control', 'no-store');
      return toOpenedSession(session);
    },
  );

  app.get(
    '/v2/sessions/:id',
    {
      schema: {
        tags: ['sessions'],
        operationId: 'readLivenessSession',
        summary: 'How a session stands, and what came of it',
        description:
          'The only word that counts: what the client says of its session, or was told, is for its screen alone. Keys of API_KEY see all sessions, others those that were made with them.',
        security,
        params,
        response: { 200: sessionResult, ...problemResponses('session_not_found', ...keyErrors) },
      },
    },
    async ({ params: { id }, caller, headers }, reply) => {
      const session = await sessions.read(caller, id);
      const language = chooseLanguage(headers['accept-language'], 'en');
      nameLanguage(reply, language).header('cache-control', 'no-store');
      return toSessionResult(session, language);
    },
  );

  app.delete(
    '/v2/sessions/:id',
    {
      schema: {
        tags: ['sessions'],
        operationId: 'deleteLivenessSession',
        summary: 'Ends a session, and forgets what came of it',
        security,
        params,
        response: {
          204: Type.Null({ description: 'It is forgotten.' }),
          ...problemResponses('session_not_found', ...keyErrors),
        },
      },
    },
    async ({ params: { id }, caller }, reply) => {
      await sessions.forget(caller, id);
      return reply.code(204).send(null);
    },
  );
};
