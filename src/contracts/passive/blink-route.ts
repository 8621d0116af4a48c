import multipart from '@fastify/multipart';
import { type FastifyPluginAsyncTypebox, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { BonafideError } from '../../errors.ts';
import { chooseLanguage } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { hangUpSignal } from '../../plugins/lifecycle.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { summarise } from '../../plugins/summarise-decision.ts';
import type { BlinkCheck, BlinkCheckContext } from '../../services/check-blink.ts';
import { multipartOverhead, readForm } from '../form.ts';
import { toBlinkResponse } from './blink-mapping.ts';
import { blinkQuery, blinkRequest, blinkResponse } from './blink-schemas.ts';

/** What the active check asks of the server. */
export interface BlinkOptions {
  /**
   * Judges the clip that `upload` reads. With the id of an active check it is that check's face that must blink;
   * nobody else can use the id from the call on, and it is used up once the clip is judged.
   *
   * @throws BonafideError `check_not_found` where the id cannot be used: then nothing is read; and all that
   *   `upload` throws
   */
  readonly checkBlink: (
    check: string | undefined,
    upload: () => Promise<Uint8Array>,
    context: Omit<BlinkCheckContext, 'selfie'>,
  ) => Promise<BlinkCheck>;
  /** True when one more check would have to be refused. */
  readonly isBusy: () => boolean;
  /** Largest clip file, in bytes. */
  readonly maxClipBytes: number;
  /** Leave the route out of the API document: it is there under another address. */
  readonly hide: boolean;
}

/** Seed 000: `POST /active/blink`. A scope of its own: it alone takes multipart bodies, and nothing else. */
export const blink: FastifyPluginAsyncTypebox<BlinkOptions> = async (app, options) => {
  const { checkBlink, isBusy, maxClipBytes, hide } = options;
  const bodyLimit = maxClipBytes + multipartOverhead;
  app.removeAllContentTypeParsers();
  await app.register(multipart);

  app.post(
    '/active/blink',
    {
      bodyLimit,
      // Before the body: a full queue costs nobody an upload, nor does a clip that is too large.
      onRequest: async ({ headers }) => {
        if (isBusy()) throw new BonafideError('busy');
        if (Number(headers['content-length'] ?? 0) > bodyLimit)
          throw new BonafideError('payload_too_large', `The file is larger than ${maxClipBytes} bytes.`);
      },
      // The body is read by the handler, so that the document may say what it holds but nothing validates it.
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : TypeBoxValidatorCompiler(part)),
      schema: {
        hide,
        tags: ['passive'],
        operationId: 'checkBlink',
        summary: 'The active check: a short clip of a face that blinks',
        description:
          'Three to five seconds of one person who looks at the camera and blinks, 15 frames a second or more. Also at `/passive/active/blink`.',
        security,
        consumes: ['multipart/form-data'],
        querystring: blinkQuery,
        body: blinkRequest,
        response: { 200: blinkResponse, ...blinkErrors },
      },
    },
    async (request, reply) => {
      const { check } = request.query;
      const upload = async () => {
        const { file } = await readForm(request, { files: { video: maxClipBytes } });
        if (!file) throw new BonafideError('invalid_request', 'The file in the field video is missing.');
        return file.bytes;
      };
      const result = await checkBlink(check, upload, {
        signal: hangUpSignal(reply),
        onFacts: ({ timings }) => {
          request.findings = { timings };
        },
      });
      request.findings = {
        verdict: result.passed ? 'passed' : 'refused',
        ...summarise(result.passed, result.reasons),
        timings: result.facts.timings,
      };
      const language = chooseLanguage(request.headers['accept-language'], 'en');
      nameLanguage(reply, language);
      return toBlinkResponse(result, {
        language,
        requestId: request.id,
        elapsed: reply.elapsedTime,
        hasCheck: check !== undefined,
      });
    },
  );
};

const blinkErrors = problemResponses(
  'invalid_request',
  'invalid_clip',
  ...keyErrors,
  'check_not_found',
  'payload_too_large',
  'too_many_pixels',
  'clip_too_long',
  'unsupported_media_type',
  'unsupported_format',
  'internal',
  'busy',
  'perception_lost',
  'shutting_down',
  'deadline_exceeded',
);
