import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { BonafideError, catalogue, type ErrorCode } from '../../errors.ts';
import { chooseLanguage, type Language } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { hangUpSignal } from '../../plugins/lifecycle.ts';
import { nameError, startErrorReply } from '../../plugins/problems.ts';
import type { FramesContext, FramesValidation, PosedPictures } from '../../services/validate-frames.ts';
import { bodyLimit } from '../base64.ts';
import { toErrorResponse, toPictures, toResponse } from './mapping.ts';
import { framesError, framesRequest, framesResponse, maxFrames } from './schemas.ts';
import { summariseFrames } from './summarise-frames.ts';

/** What the frames contract asks of the server. */
export interface FramesOptions {
  readonly validateFrames: (pictures: PosedPictures, context: FramesContext) => Promise<FramesValidation>;
  /** True when one more analysis would have to be refused. */
  readonly isBusy: () => boolean;
  /** Confidence from which a face is real. */
  readonly threshold: number;
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
}

/** Seed 002: `POST /api/liveness/validate`. */
export const frames: FastifyPluginAsyncTypebox<FramesOptions> = async (app, options) => {
  const { validateFrames, isBusy, threshold, maxImageBytes } = options;
  app.setErrorHandler((error, request, reply) => {
    const known = nameError(error, request);
    const language = languageOf(request);
    return startErrorReply(known, reply, language)
      .type('application/json; charset=utf-8')
      .send(toErrorResponse(known, language));
  });

  app.post(
    '/api/liveness/validate',
    {
      bodyLimit: bodyLimit(maxImageBytes, maxFrames),
      // Before the body: a full queue costs nobody an upload.
      onRequest: async () => {
        if (isBusy()) throw new BonafideError('busy');
      },
      schema: {
        tags: ['frames'],
        operationId: 'validateFrames',
        summary: 'Is the person who looks left, right and at the camera, and blinks, live?',
        description:
          'A frame that is missing or cannot be used fails its own check, with status 200. Errors of the request have the body of seed 002, not problem details.',
        security,
        body: framesRequest,
        response: { 200: framesResponse, ...errorResponses },
      },
    },
    async (request, reply) => {
      const pictures = toPictures(request.body, maxImageBytes);
      const validation = await validateFrames(pictures, { signal: hangUpSignal(reply) });
      const language = languageOf(request);
      request.findings = {
        verdict: validation.isReal ? 'real' : 'spoof',
        ...summariseFrames(validation),
        timings: validation.timings,
      };
      reply.headers({ 'content-language': language, vary: 'accept-language' });
      return toResponse(validation, { threshold, language, requestId: request.id });
    },
  );
};

/** Seed 002 speaks Indonesian. */
function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  return chooseLanguage(headers['accept-language'], 'id');
}

const errorCodes = [
  'invalid_json',
  'invalid_request',
  ...keyErrors,
  'payload_too_large',
  'too_many_pixels',
  'unsupported_media_type',
  'internal',
  'busy',
  'perception_lost',
  'shutting_down',
  'deadline_exceeded',
] as const satisfies readonly ErrorCode[];

const errorResponses = Object.fromEntries(
  errorCodes.map((code) => {
    const { status } = catalogue[code];
    const same = errorCodes.filter((other) => catalogue[other].status === status);
    const description = same.map((other) => `\`${other}\`: ${catalogue[other].title}`).join('\n\n');
    return [status, { description, content: { 'application/json': { schema: framesError } } }];
  }),
);
