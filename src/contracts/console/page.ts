import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { servePage } from '../../plugins/static-pages.ts';

/**
 * A hook that answers as if there were no console while no API key is needed: what it shows is never open.
 *
 * It throws BonafideError `console_closed`.
 */
export function refuseWithoutKeys(needsKey: () => Promise<boolean>): () => Promise<void> {
  return async () => {
    if (!(await needsKey())) throw new BonafideError('console_closed');
  };
}

/** `GET /console`: the page alone, which shows nothing until it is given a key for its data. */
export const consolePage: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/console',
    {
      schema: {
        tags: ['console'],
        operationId: 'consolePage',
        summary: 'The console: what this server has decided, and its data set',
        description: 'Answers where the server has API keys; the page asks for one before it shows anything.',
        response: {
          200: { description: 'The page.', content: { 'text/html': { schema: Type.String() } } },
          ...problemResponses('console_closed', 'shutting_down'),
        },
      },
    },
    servePage({ page: 'console' }),
  );
};
