import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { type Static, Type } from 'typebox';
import { BonafideError, catalogue, type ErrorCode } from '../errors.ts';
import { chooseLanguage, type Language, say } from '../messages.ts';
import { nameLanguage } from './language.ts';

/** An error as clients see it: problem details of RFC 9457 with a stable `code`. */
export const problem = Type.Object(
  {
    type: Type.String({ description: 'A URN that names the kind of error.' }),
    title: Type.String({
      description:
        'The kind of error in plain words; the same for each `code`, in the language that `Accept-Language` asks for: en, id, pt or uz.',
    }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong with this request.' })),
    code: Type.String({ description: 'The stable name of the error, for programs.' }),
    instance: Type.String({ description: 'A URN with the request id, as in `X-Request-Id` and the log.' }),
  },
  {
    examples: [
      {
        type: 'urn:bonafide:error:no_face',
        title: catalogue.no_face.title,
        status: catalogue.no_face.status,
        code: 'no_face',
        instance: 'urn:bonafide:request:6b0d9c0e-8f4f-4a2f-9d52-0f6f3f0a7a11',
      },
    ],
  },
);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The language of the route's errors for clients that ask for none; English unless told otherwise. */
    language?: Language;
    /** Every error of the route has a `detail`, if only the title once more: its clients read that. */
    alwaysDetail?: boolean;
  }
}

/** Milliseconds for which a socket stays after the answer that ends it. */
const lingerLimit = 1_000;

const mediaType = 'application/problem+json';

/** Response schemas for the errors a route may answer with, one for each status. */
export function problemResponses(...codes: readonly ErrorCode[]): Record<number, unknown> {
  const statuses = new Set(codes.map((code) => catalogue[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const group = codes.filter((code) => catalogue[code].status === status);
      const description = group.map((code) => `\`${code}\`: ${catalogue[code].title}`).join('\n\n');
      return [status, { description, content: { [mediaType]: { schema: problem } } }];
    }),
  );
}

/** Every error of every route leaves the server through here, as `application/problem+json`. */
export const problems = fastifyPlugin(async (app: FastifyInstance) => {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', (route) => {
    routes.push({ pattern: pathPattern(route.url), methods: [route.method].flat() });
  });
  const answerNotFound = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0]!;
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0 || methods.includes(request.method))
      return sendProblem(new BonafideError('not_found'), request, reply);
    reply.header('allow', [...new Set(methods)].join(', '));
    return sendProblem(new BonafideError('method_not_allowed'), request, reply);
  };
  // Before the body: a stranger's upload to nowhere takes no memory.
  app.addHook('preParsing', async (request, reply) => {
    if (request.is404) return answerNotFound(request, reply);
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new BonafideError(
        'unsupported_media_type',
        'Send the body as it is, without a Content-Encoding.',
      );
    }
  });
  app.setNotFoundHandler(answerNotFound);
  app.setErrorHandler(answerError);
});

/** Answers with the problem that stands for an error; logs the error when the client may not see it. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(nameError(error, request), request, reply);
}

/**
 * The catalogue's word for any error, for contracts that say errors in a body of their own; what the client
 * may not see is logged.
 */
export function nameError(error: unknown, request: FastifyRequest): BonafideError {
  const known = toBonafideError(error);
  request.failure = known.code;
  // An outage has a phrase for its cause, and the log told of it once; an error is for the operator to see to.
  if (known.code === 'internal' || (known.code === 'store_unavailable' && known.cause instanceof Error))
    request.log.error({ err: error }, 'unexpected error');
  else if (known.notice !== undefined) request.log.error(known.notice);
  return known;
}

/** Begins the answer to an error: its status, and the headers that go with it. */
export function startErrorReply(error: BonafideError, reply: FastifyReply, language: Language): FastifyReply {
  if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
  if (error.code === 'unauthorised') reply.header('www-authenticate', 'Bearer realm="bonafide"');
  return nameLanguage(reply, language).code(error.status).serializer(JSON.stringify);
}

/** Answers what never became a request: broken HTTP, headers too large, a request that did not end. */
export function answerSocketError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = new BonafideError(socketErrors[error.code ?? ''] ?? 'bad_http');
  const body = JSON.stringify(problemOf(known, 'none', 'en'));
  socket.end(
    [
      `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}`,
      `Content-Type: ${mediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  // Time to read the answer; a client that does not hang up then shall not hold what its request holds.
  setTimeout(() => socket.destroy(), lingerLimit).unref();
}

const socketErrors: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

const fastifyErrors: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

/** The catalogue's word for any error. Text of others is shown only where it is about the wire shape. */
function toBonafideError(error: unknown): BonafideError {
  if (error instanceof BonafideError) return error;
  const { code = '', statusCode = 500, validation, message } = (error ?? {}) as Partial<FastifyError>;
  if (validation) return new BonafideError('invalid_request', message);
  const known = fastifyErrors[code];
  if (known) return new BonafideError(known);
  if (statusCode === 403 || statusCode === 404) return new BonafideError('not_found');
  return new BonafideError(statusCode >= 400 && statusCode < 500 ? 'invalid_request' : 'internal');
}

function sendProblem(error: BonafideError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // A request that never reached a route has no options of one.
  const { language: own = 'en', alwaysDetail = false } = request.routeOptions?.config ?? {};
  const language = chooseLanguage(request.headers['accept-language'], own);
  const problem = problemOf(error, request.id, language);
  return startErrorReply(error, reply, language)
    .type(mediaType)
    .send(alwaysDetail ? { ...problem, detail: problem.detail ?? problem.title } : problem);
}

function problemOf(error: BonafideError, requestId: string, language: Language): Static<typeof problem> {
  return {
    type: `urn:bonafide:error:${error.code}`,
    title: say(`error.${error.code}`, language),
    status: error.status,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    code: error.code,
    instance: `urn:bonafide:request:${requestId}`,
  };
}

/** A route's URL as a pattern of paths: `:name` is one segment, `*` the rest. */
function pathPattern(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[^/]+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
}
