import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { chooseLanguage, type Language } from '../../messages.ts';
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

/** Seed 004 speaks Portuguese. */
const ownLanguage: Language = 'pt';

/** The language of an answer. */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  return chooseLanguage(headers['accept-language'], ownLanguage);
}

/**
 * Makes a scope one of this contract: its errors are in Portuguese unless others are asked for and have the `detail`
 * that clients of FastAPI servers read.
 */
export function prepareScope(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, language: ownLanguage, alwaysDetail: true };
  });
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
