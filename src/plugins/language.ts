import type { FastifyReply } from 'fastify';
import type { Language } from '../messages.ts';

/** Says which language an answer is in, and, for caches, that `Accept-Language` chose it. */
export function nameLanguage(reply: FastifyReply, language: Language): FastifyReply {
  return reply.headers({ 'content-language': language, vary: 'accept-language' });
}
