import type { FastifyRequest } from 'fastify';
import { BonafideError, type ErrorCode } from '../../errors.ts';
import { keyErrors } from '../../plugins/api-key.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { bodyLimit } from '../base64.ts';
import { multipartOverhead } from '../form.ts';

/** What every route that takes a picture asks of the server. */
export interface PictureLimits {
  /** True when one more analysis would have to be refused. */
  readonly isBusy: () => boolean;
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
  /** Largest clip file, in bytes. */
  readonly maxClipBytes: number;
}

/** What routes that take a picture have in common. Handlers read the body, so nothing else validates it. */
export function pictureRoute({ isBusy, maxImageBytes, maxClipBytes }: PictureLimits) {
  const limit = Math.max(maxClipBytes + multipartOverhead, bodyLimit(maxImageBytes));
  return {
    bodyLimit: limit,
    // Before the body: a full queue costs nobody an upload, nor does a clip that is too large.
    onRequest: async ({ headers }: FastifyRequest) => {
      if (isBusy()) throw new BonafideError('busy');
      if (Number(headers['content-length'] ?? 0) > limit) throw new BonafideError('payload_too_large');
    },
    validatorCompiler: () => () => true,
  };
}

/** The errors of every route that takes a picture, for the API document, and those that only this route has. */
export function pictureErrors(...more: readonly ErrorCode[]) {
  return problemResponses(
    'invalid_json',
    'invalid_request',
    'invalid_base64',
    'invalid_image',
    'payload_too_large',
    'too_many_pixels',
    'unsupported_media_type',
    'unsupported_format',
    'video_as_image',
    ...more,
    ...keyErrors,
    'internal',
    'busy',
    'perception_lost',
    'shutting_down',
    'deadline_exceeded',
  );
}

/** What else can be wrong where the picture may be a clip. */
export const clipErrors = [
  'invalid_clip',
  'clip_too_long',
  'image_as_video',
] as const satisfies readonly ErrorCode[];
