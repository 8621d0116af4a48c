import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Embedding } from '../../decisions/facts.ts';
import { BonafideError } from '../../errors.ts';
import { chooseLanguage } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { hangUpSignal } from '../../plugins/lifecycle.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type { LivenessCheck, LivenessCheckContext } from '../../services/check-liveness.ts';
import { bodyLimit, decodeBase64 } from '../base64.ts';
import { type BlinkOptions, blink } from './blink-route.ts';
import { toResponse } from './mapping.ts';
import { livenessRequest, livenessResponse } from './schemas.ts';

/** What the passive contract asks of the server. */
export interface PassiveOptions extends BlinkOptions {
  readonly checkLiveness: (bytes: Uint8Array, context: LivenessCheckContext) => Promise<LivenessCheck>;
  /** Opens an active check of the face that was seen and returns its id. */
  readonly openActiveCheck: (selfie: Embedding) => string;
  /** Address clients reach the server at, without a slash at the end; empty: `upload_url` is a path. */
  readonly publicUrl: string;
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
}

/** Seed 000: `POST /liveness` and `POST /active/blink`. */
export const passive: FastifyPluginAsyncTypebox<PassiveOptions> = async (app, options) => {
  const { checkLiveness, isBusy, publicUrl, maxImageBytes, hide } = options;
  const openActiveCheck = (selfie: Embedding) =>
    `${publicUrl}${app.prefix}/active/blink?check=${options.openActiveCheck(selfie)}`;

  app.post(
    '/liveness',
    {
      bodyLimit: bodyLimit(maxImageBytes),
      // Before the body: a full queue costs nobody an upload.
      onRequest: async () => {
        if (isBusy()) throw new BonafideError('busy');
      },
      schema: {
        hide,
        tags: ['passive'],
        operationId: 'checkLiveness',
        summary: 'Is the face in this picture live?',
        description:
          'Also at `/passive/liveness`, for proxies that fold a slash at the end of a path (`/liveness/` is another contract).',
        security,
        body: livenessRequest,
        response: { 200: livenessResponse, ...livenessErrors },
      },
    },
    async (request, reply) => {
      const bytes = decodeBase64(request.body.image, maxImageBytes);
      const check = await checkLiveness(bytes, {
        signal: hangUpSignal(reply),
        onFacts: ({ timings }) => {
          request.findings = { timings };
        },
      });
      const language = chooseLanguage(request.headers['accept-language'], 'en');
      const response = toResponse(check, {
        language,
        requestId: request.id,
        elapsed: reply.elapsedTime,
        openActiveCheck,
      });
      request.findings = {
        verdict: response.liveness_label,
        outcome: check.verdict,
        reasons: check.reasons.map(({ code }) => code),
        timings: check.facts.timings,
      };
      nameLanguage(reply, language);
      return response;
    },
  );

  // The prefix of this scope is in force already.
  await app.register(blink, { ...options, prefix: '' });
};

const livenessErrors = problemResponses(
  'invalid_json',
  'invalid_request',
  'invalid_base64',
  'invalid_image',
  ...keyErrors,
  'payload_too_large',
  'too_many_pixels',
  'unsupported_media_type',
  'unsupported_format',
  'no_face',
  'several_faces',
  'internal',
  'busy',
  'perception_lost',
  'shutting_down',
  'deadline_exceeded',
);
