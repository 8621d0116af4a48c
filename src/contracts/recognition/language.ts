import type { FastifyInstance, FastifyRequest } from 'fastify';
import { chooseLanguage, type Language } from '../../messages.ts';

/** Seed 004 speaks Portuguese. */
const ownLanguage: Language = 'pt';

/** The language of an answer. */
export function languageOf({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  return chooseLanguage(headers['accept-language'], ownLanguage);
}

/**
 * Makes the errors of a scope those of this contract: in Portuguese unless others are asked for, with the `detail` that
 * clients of FastAPI servers read.
 */
export function speakPortuguese(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, language: ownLanguage, alwaysDetail: true };
  });
}
