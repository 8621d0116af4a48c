import multipart from '@fastify/multipart';
import { type FastifyPluginAsyncTypebox, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { BonafideError } from '../../errors.ts';
import { chooseLanguage } from '../../messages.ts';
import { security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { hangUpSignal } from '../../plugins/lifecycle.ts';
import { problemResponses } from '../../plugins/problems.ts';
import type {
  CollectContext,
  CollectedSample,
  DatasetSummary,
  SampleUpload,
} from '../../services/collect-samples.ts';
import { bodyLimit } from '../base64.ts';
import { multipartOverhead } from '../form.ts';
import { statsResponse, uploadQuery, uploadRequest, uploadResponse } from './dataset-schemas.ts';
import { readUpload } from './dataset-upload.ts';

/** What the data set's routes ask of the server. */
export interface DatasetOptions {
  readonly collectSample: (upload: SampleUpload, context: CollectContext) => Promise<CollectedSample>;
  readonly summariseDataset: () => Promise<DatasetSummary>;
  /** True when one more analysis would have to be refused. */
  readonly isBusy: () => boolean;
  /** Threshold of liveness unless a request says otherwise, 0..1. */
  readonly threshold: number;
  /** Largest image file, in bytes. */
  readonly maxImageBytes: number;
}

/** Seed 004: `POST /v1/dataset/upload` and `GET /v1/dataset/stats`. A scope of its own: it takes multipart bodies. */
export const dataset: FastifyPluginAsyncTypebox<DatasetOptions> = async (app, options) => {
  const { collectSample, summariseDataset, isBusy, threshold, maxImageBytes } = options;
  await app.register(multipart);
  const largestBody = bodyLimit(maxImageBytes) + multipartOverhead;

  app.post(
    '/v1/dataset/upload',
    {
      bodyLimit: largestBody,
      // Before the body: a full queue costs nobody an upload, nor does a picture that is too large.
      onRequest: async ({ headers }) => {
        if (isBusy()) throw new BonafideError('busy');
        if (Number(headers['content-length'] ?? 0) > largestBody)
          throw new BonafideError('payload_too_large', `The image is larger than ${maxImageBytes} bytes.`);
      },
      // Query and body are read by the handler, for a parameter may stand in either.
      validatorCompiler: (part) =>
        part.httpPart === 'body' || part.httpPart === 'querystring'
          ? () => true
          : TypeBoxValidatorCompiler(part),
      schema: {
        tags: ['recognition'],
        operationId: 'uploadSample',
        summary: 'Add a labelled picture to the data set',
        description:
          'Stored as it comes, if it can be decoded, with a crop of its largest face. Each parameter may stand in the query or in the body. The same bytes are stored once; under the other label they are refused.',
        security,
        consumes: ['multipart/form-data', 'application/json'],
        querystring: uploadQuery,
        body: uploadRequest,
        response: { 200: uploadResponse, ...uploadErrors },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const upload = await readUpload(request, { maxImageBytes, language, threshold });
      const sample = await collectSample(upload, {
        signal: hangUpSignal(reply),
        onTimings: (timings) => {
          request.findings = { timings };
        },
      });
      nameLanguage(reply, language);
      return toUploadResponse(sample);
    },
  );

  app.get(
    '/v1/dataset/stats',
    {
      schema: {
        tags: ['recognition'],
        operationId: 'datasetStats',
        summary: 'How many pictures the data set holds',
        security,
        response: {
          200: statsResponse,
          ...problemResponses('unauthorised', 'forbidden_contract', 'rate_limited', 'store_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { counts, newest } = await summariseDataset();
      nameLanguage(reply, languageOf(request));
      return {
        total: counts.live + counts.spoof,
        ...counts,
        samples: { live: [...newest.live], spoof: [...newest.spoof] },
      };
    },
  );
};

/** Seed 004 speaks Portuguese. */
function languageOf({ headers }: Pick<FastifyRequest, 'headers'>) {
  return chooseLanguage(headers['accept-language'], 'pt');
}

function toUploadResponse({ label, duplicate, rawPath, facePath, face }: CollectedSample) {
  const box = face?.box;
  return {
    success: true,
    label,
    duplicate,
    paths: { raw: rawPath, face: facePath },
    face:
      face && box
        ? {
            is_live: face.isLive,
            score: face.score,
            threshold: face.threshold,
            bbox: {
              x: Math.round(box.x),
              y: Math.round(box.y),
              w: Math.round(box.width),
              h: Math.round(box.height),
            },
          }
        : null,
  };
}

const uploadErrors = problemResponses(
  'invalid_json',
  'invalid_request',
  'invalid_base64',
  'invalid_image',
  'unauthorised',
  'forbidden_contract',
  'sample_labelled_otherwise',
  'payload_too_large',
  'too_many_pixels',
  'unsupported_media_type',
  'unsupported_format',
  'video_as_image',
  'rate_limited',
  'internal',
  'busy',
  'perception_lost',
  'shutting_down',
  'deadline_exceeded',
  'store_unavailable',
);
