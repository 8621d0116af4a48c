import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BonafideError } from '../../errors.ts';
import { security } from '../../plugins/api-key.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type { Caller } from '../../services/api-keys.ts';
import type { SampleBrowser } from '../../services/browse-samples.ts';
import { consoleErrors } from './errors.ts';
import { toSample } from './mapping.ts';
import {
  defaultLimit,
  pictureParams,
  relabelBody,
  sample,
  sampleParams,
  samplesQuery,
  samplesResponse,
} from './schemas.ts';

/** Largest body of a new label. */
const bodyLimit = 1_024;

/** Media types, by the extensions that pictures are stored under. */
const mediaTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  heic: 'image/heic',
  gif: 'image/gif',
  tiff: 'image/tiff',
};

/** The data set in the console. */
export const samples: FastifyPluginAsyncTypebox<SampleBrowser> = async (app, browser) => {
  const common = { tags: ['console'], security };

  app.get(
    '/samples',
    {
      schema: {
        ...common,
        operationId: 'consoleSamples',
        summary: 'The pictures of the data set under a label',
        querystring: samplesQuery,
        response: { 200: samplesResponse, ...problemResponses(...consoleErrors) },
      },
    },
    async ({ query: { label, after, limit = defaultLimit } }) => {
      const { items, next } = await browser.list(label, { after, limit });
      return { samples: items.map(toSample), next };
    },
  );

  app.get(
    '/samples/:id/:picture',
    {
      // Else whoever asks for its headers alone would be noted as having seen it.
      exposeHeadRoute: false,
      schema: {
        ...common,
        operationId: 'consolePicture',
        summary: 'A picture of the data set, or the crop of its face; the audit trail says who has seen it',
        params: pictureParams,
        response: {
          200: {
            description: 'The picture.',
            content: { 'image/*': { schema: Type.Unsafe<Buffer>(Type.String({ format: 'binary' })) } },
          },
          ...problemResponses(...consoleErrors, 'sample_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { id, picture } = request.params;
      const { bytes, extension } = await browser.view(id, picture, callerOf(request));
      reply.type(mediaTypes[extension] ?? 'application/octet-stream');
      return reply.send(Buffer.from(bytes));
    },
  );

  app.patch(
    '/samples/:id',
    {
      bodyLimit,
      schema: {
        ...common,
        operationId: 'relabelSample',
        summary: 'Put a picture under the other label',
        description: 'Only with CONSOLE_RELABEL; the audit trail says who did it.',
        params: sampleParams,
        body: relabelBody,
        response: {
          200: sample,
          ...problemResponses(
            ...consoleErrors,
            'invalid_json',
            'console_read_only',
            'sample_not_found',
            'payload_too_large',
            'unsupported_media_type',
            'busy',
          ),
        },
      },
    },
    async (request) =>
      toSample(await browser.relabel(request.params.id, request.body.label, callerOf(request))),
  );
};

function callerOf({ caller }: { readonly caller: Caller | null }): Caller {
  if (caller === null) throw new BonafideError('unauthorised');
  return caller;
}
