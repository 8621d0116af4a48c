import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { chooseLanguage } from '../../messages.ts';
import { security } from '../../plugins/api-key.ts';
import { hangUpSignal } from '../../plugins/lifecycle.ts';
import { nameError } from '../../plugins/problems.ts';
import { summarise } from '../../plugins/summarise-decision.ts';
import type { Caller } from '../../services/api-keys.ts';
import type { SelfieCheck, SelfieCheckContext } from '../../services/check-selfie.ts';
import type { IssuedSession, SessionUse } from '../../services/selfie-sessions.ts';
import { countsAsUse, kycErrors, toKycError } from './errors.ts';
import { toSelfieResponse, toSessionResponse } from './mapping.ts';
import { readSelfie, readUrlEncoded, selfieBodyLimit } from './read-selfie.ts';
import { kycError, selfieHeaders, selfieRequest, selfieResponse, sessionResponse } from './schemas.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The use of a session that this request has taken and not yet earned; null: none. */
    sessionUse: SessionUse | null;
  }
}

/** What the KYC contract asks of the server. */
export interface KycOptions {
  readonly checkSelfie: (bytes: Uint8Array, context: SelfieCheckContext) => Promise<SelfieCheck>;
  readonly openSession: (caller: Caller) => Promise<IssuedSession>;
  readonly takeSession: (caller: Caller, token: string | undefined) => Promise<SessionUse | null>;
  /** True when one more analysis would have to be refused. */
  readonly isBusy: () => boolean;
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
  /** Also without the slash at the end, and left out of the API document: under a prefix, where nothing else is. */
  readonly anySlash: boolean;
}

/** Largest body of `POST /session/`, of which nothing is read. */
const sessionBodyLimit = 16_384;

/** Seed 003: `POST /liveness/` and `POST /session/`; errors in a body of its own. */
export const kyc: FastifyPluginAsyncTypebox<KycOptions> = async (app, options) => {
  app.decorateRequest('sessionUse', null);
  app.setErrorHandler(answerKycError);
  await app.register(selfies, { ...options, prefix: '' });
  await app.register(sessions, { ...options, prefix: '' });
};

const selfies: FastifyPluginAsyncTypebox<KycOptions> = async (app, options) => {
  const { checkSelfie, takeSession, isBusy, maxImageBytes, anySlash } = options;
  const bodyLimit = selfieBodyLimit(maxImageBytes);
  await app.register(multipart);
  await app.register(formbody, { parser: readUrlEncoded });

  for (const url of anySlash ? ['/liveness/', '/liveness'] : ['/liveness/']) {
    app.post(
      url,
      {
        bodyLimit,
        // Before the body, and the session last: what is refused here costs neither an upload nor a use.
        onRequest: async (request) => {
          if (isBusy()) throw new BonafideError('busy');
          if (Number(request.headers['content-length'] ?? 0) > bodyLimit)
            throw new BonafideError('payload_too_large');
          request.sessionUse = await takeSession(callerOf(request), sessionToken(request));
        },
        // The document says what a body may hold; it is read by `readSelfie`, in the handler.
        validatorCompiler: () => () => true,
        schema: {
          hide: anySlash,
          tags: ['kyc'],
          operationId: 'checkSelfie',
          summary: 'Is the one face in this selfie live, and without a mask?',
          description:
            'The slash at the end tells this from the passive contract; also at `/kyc/liveness/`. A session token goes into the header `x-session-token` where the record of the key asks for one. Every error has the body of seed 003.',
          security,
          headers: selfieHeaders,
          body: selfieRequest,
          response: { 200: selfieResponse, ...errorResponses },
        },
      },
      async (request, reply) => {
        const bytes = await readSelfie(request, maxImageBytes);
        const check = await checkSelfie(bytes, {
          signal: hangUpSignal(reply),
          onFacts: ({ timings }) => {
            request.findings = { timings };
          },
        });
        request.findings = {
          verdict: check.live ? 'live' : 'not_live',
          ...summarise(check.live, check.reasons),
          timings: check.facts.timings,
        };
        const language = chooseLanguage(request.headers['accept-language'], 'en');
        reply.headers({ 'content-language': language, vary: 'accept-language' });
        return toSelfieResponse(check, { language, requestId: request.id });
      },
    );
  }
};

/** A scope of its own: it takes any body, and reads none. */
const sessions: FastifyPluginAsyncTypebox<KycOptions> = async (app, { openSession, anySlash }) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));

  for (const url of anySlash ? ['/session/', '/session'] : ['/session/']) {
    app.post(
      url,
      {
        bodyLimit: sessionBodyLimit,
        schema: {
          hide: anySlash,
          tags: ['kyc'],
          operationId: 'openSession',
          summary: 'A token for a few checks of selfies',
          description: 'Also at `/kyc/session/`. A body is not needed, and not looked at.',
          security,
          response: { 200: sessionResponse, ...errorResponses },
        },
      },
      async (request, reply) => {
        const session = await openSession(callerOf(request));
        reply.header('cache-control', 'no-store');
        return toSessionResponse(session);
      },
    );
  }
};

function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === null) throw new BonafideError('unauthorised');
  return caller;
}

function sessionToken({ headers }: FastifyRequest): string | undefined {
  const token = headers['x-session-token'];
  return typeof token === 'string' ? token : undefined;
}

async function answerKycError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const known = nameError(error, request);
  if (request.sessionUse && !countsAsUse(known)) await giveBack(request.sessionUse, request);
  const { code, message, status } = toKycError(known);
  if (known.retryAfter !== undefined) reply.header('retry-after', known.retryAfter);
  if (status === 401 && code === '001') reply.header('www-authenticate', 'Bearer realm="bonafide"');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ success: false, error_message: message, error_code: code });
}

/** A use that cannot be given back is lost; the answer is the same. */
async function giveBack(use: SessionUse, request: FastifyRequest): Promise<void> {
  try {
    await use.giveBack();
  } catch (error) {
    request.log.warn({ err: error }, 'the use of a session could not be given back');
  }
}

const statuses = [...new Set([...Object.values(kycErrors).map(({ status }) => status), 403, 503])].sort();

const errorResponses = Object.fromEntries(
  statuses.map((status) => {
    const codes = Object.entries(kycErrors).filter(([, known]) => known.status === status);
    const description =
      codes.map(([code, { message }]) => `\`${code}\`: ${message}`).join('\n\n') ||
      { 403: '`001`: the key is not for this contract.', 503: '`005`: busy; try again after `Retry-After`.' }[
        status as 403 | 503
      ];
    return [status, { description, content: { 'application/json': { schema: kycError } } }];
  }),
);
