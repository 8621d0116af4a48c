import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { servePage } from '../../plugins/static-pages.ts';

/** `GET /test`: the page to try the contracts with, open to all; where keys exist it asks for one. */
export const testPage: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/test',
    {
      schema: {
        tags: ['challenge'],
        operationId: 'testPage',
        summary: 'A page to try the contracts with, before a camera',
        response: { 200: { description: 'The page.', content: { 'text/html': { schema: Type.String() } } } },
      },
    },
    servePage({ page: 'test', usesCamera: true }),
  );
};
