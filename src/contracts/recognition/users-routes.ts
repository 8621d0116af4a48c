import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { say } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type { ErasureReceipt, Matcher } from '../../services/matcher.ts';
import { maxIdBytes } from '../../services/user-id.ts';
import { languageOf } from './language.ts';
import { mergeParameters, numberOf, userIdOf } from './parameters.ts';
import { erasureResponse, type UsersResponse, usersQuery, usersResponse } from './people-schemas.ts';

/** What the list of who is enrolled asks of the server. */
export interface UsersOptions {
  readonly listUsers: Matcher['list'];
  readonly eraseUser: (userId: string) => Promise<ErasureReceipt>;
}

/** Beyond seed 004: `GET /v1/users` and `DELETE /v1/users/{user_id}`. */
export const users: FastifyPluginAsyncTypebox<UsersOptions> = async (app, { listUsers, eraseUser }) => {
  const common = { tags: ['recognition'], security };

  app.get(
    '/v1/users',
    {
      validatorCompiler: () => () => true,
      schema: {
        ...common,
        operationId: 'listUsers',
        summary: 'Who is enrolled, page by page',
        querystring: usersQuery,
        response: { 200: usersResponse, ...problemResponses('invalid_request', ...always) },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const parameters = mergeParameters(request.query, {}, ['cursor', 'limit'], language);
      const limit = numberOf(parameters, 'limit', { from: 1, to: 1000, whole: true }, language) ?? 100;
      const after = parameters.cursor === undefined ? undefined : fromCursor(parameters.cursor);
      const page = await listUsers({ limit, ...(after !== undefined && { after }) });
      nameLanguage(reply, language);
      return toUsersResponse(page);
    },
  );

  app.delete(
    '/v1/users/:user_id',
    {
      validatorCompiler: () => () => true,
      schema: {
        ...common,
        operationId: 'eraseUser',
        summary: 'Erase somebody: the template, its history, and their pictures in the data set',
        description: 'A slash in an id is written %2F.',
        params: Type.Object({ user_id: Type.String() }),
        response: {
          200: erasureResponse,
          ...problemResponses('invalid_request', 'user_not_found', ...always),
        },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      // Escapes that are no UTF-8 were made literal, so that the address could be routed: they name nobody.
      if (request.originalUrl !== request.url)
        throw new BonafideError(
          'invalid_request',
          say('recognition.bad_user_id', language, { bytes: maxIdBytes }),
        );
      const userId = userIdOf(request.params, language);
      const { receiptId, erased, erasedAt } = await eraseUser(userId);
      nameLanguage(reply, language);
      return {
        success: true,
        user_id: userId,
        message: say('recognition.erased', language),
        receipt: { id: receiptId, erased_at: erasedAt.toISOString(), erased: { ...erased } },
      };
    },
  );
};

const always = [...keyErrors, 'internal', 'shutting_down'] as const;

function toUsersResponse(page: Awaited<ReturnType<UsersOptions['listUsers']>>): UsersResponse {
  return {
    users: page.enrolments.map(({ userId, model, frames, consent, createdAt, expiresAt }) => ({
      user_id: userId,
      model,
      frames,
      consent,
      created_at: createdAt.toISOString(),
      expires_at: expiresAt?.toISOString() ?? null,
    })),
    total: page.total,
    next_cursor: page.next === null ? null : Buffer.from(page.next).toString('base64url'),
  };
}

/** Opaque to clients, and safe in a URL whatever the ids are. */
function fromCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(text).toString('base64url') !== cursor) throw new BonafideError('invalid_request');
  return text;
}
