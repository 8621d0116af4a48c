import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { BonafideError } from '../../errors.ts';
import { type Language, say } from '../../messages.ts';
import { keyErrors, security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import { problemResponses } from '../../plugins/problems.ts';
import { summarise } from '../../plugins/summarise-decision.ts';
import type { CollectedSample, DatasetSummary, SampleUpload } from '../../services/collect-samples.ts';
import { statsResponse, uploadBody, uploadParameters, uploadResponse } from './dataset-schemas.ts';
import { toBbox } from './face-mapping.ts';
import { type JudgingContext, judgingContext, judgingNames, noteVerdict } from './judging-context.ts';
import { languageOf, speakPortuguese } from './language.ts';
import { type Parameters, userIdOf } from './parameters.ts';
import { type PictureLimits, pictureErrors, pictureRoute } from './picture-route.ts';
import { readPictureRequest } from './read-request.ts';

/** What the data set's routes ask of the server. */
export interface DatasetOptions extends Omit<PictureLimits, 'maxClipBytes'> {
  readonly collectSample: (upload: SampleUpload, context: JudgingContext) => Promise<CollectedSample>;
  readonly summariseDataset: () => Promise<DatasetSummary>;
}

/** Seed 004: `POST /v1/dataset/upload` and `GET /v1/dataset/stats`. */
export const dataset: FastifyPluginAsyncTypebox<DatasetOptions> = async (app, options) => {
  const { collectSample, summariseDataset, maxImageBytes } = options;
  speakPortuguese(app);
  await app.register(multipart);

  app.post(
    '/v1/dataset/upload',
    {
      ...pictureRoute({ ...options, maxClipBytes: 0 }),
      schema: {
        tags: ['recognition'],
        operationId: 'uploadSample',
        summary: 'Add a labelled picture to the data set',
        description:
          'Stored as it comes, if it can be decoded, with a crop of its largest face. Parameters stand in the query or in the body, not in both with different values. The same bytes are stored once; under the other label they are refused.',
        security,
        consumes: ['multipart/form-data', 'application/json'],
        querystring: uploadParameters,
        body: uploadBody,
        response: { 200: uploadResponse, ...pictureErrors('sample_labelled_otherwise') },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const names = ['label', 'user_id', ...judgingNames];
      const { parameters, picture } = await readPictureRequest(request, { names, maxImageBytes }, language);
      const upload = {
        label: labelOf(parameters, language),
        // Forms send fields that nobody has filled in as empty text.
        userId: parameters.user_id ? userIdOf(parameters, language) : null,
        bytes: picture.bytes,
      };
      const sample = await collectSample(upload, judgingContext(request, reply, parameters, language));
      const { isLive, reasons } = sample.face?.judgement ?? {};
      noteVerdict(request, sample.duplicate ? 'duplicate' : 'stored', {
        ...(isLive === undefined ? { reasons: ['no_face'] } : summarise(isLive, reasons ?? [])),
        // Judged again, the same picture would count twice.
        ...(!sample.duplicate && { sampleId: sample.id }),
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
          ...problemResponses(...keyErrors, 'internal', 'shutting_down'),
        },
      },
    },
    async () => {
      const { counts, newest } = await summariseDataset();
      return {
        total: counts.live + counts.spoof,
        ...counts,
        samples: { live: [...newest.live], spoof: [...newest.spoof] },
      };
    },
  );
};

function labelOf({ label }: Parameters, language: Language): SampleUpload['label'] {
  if (label === 'live' || label === 'spoof') return label;
  throw new BonafideError('invalid_request', say('recognition.bad_label', language));
}

function toUploadResponse({ label, duplicate, rawPath, facePath, face, facts }: CollectedSample) {
  return {
    success: true,
    label,
    duplicate,
    paths: { raw: rawPath, face: facePath },
    face: face && {
      is_live: face.judgement.isLive,
      score: face.judgement.score,
      threshold: face.judgement.threshold,
      bbox: toBbox(face.face.box, facts.width, facts.height),
      score_source: face.judgement.scoreSource,
    },
  };
}
