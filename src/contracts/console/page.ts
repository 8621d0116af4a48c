import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { servePage } from '../../plugins/static-pages.ts';

/** What the page asks of the server. */
export interface ConsolePageOptions {
  /** Whether there is any API key: what the console shows is never open. */
  readonly needsKey: () => Promise<boolean>;
}

/** `GET /console`: the page alone, which shows nothing until it is given a key for its data. */
export const consolePage: FastifyPluginAsyncTypebox<ConsolePageOptions> = async (app, { needsKey }) => {
  app.get(
    '/console',
    {
      onRequest: async () => {
        if (!(await needsKey())) throw new BonafideError('console_closed');
      },
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
