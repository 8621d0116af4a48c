import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import type { JudgedPicture, Picture } from '../../services/judge-picture.ts';
import { toLivenessResponse } from './face-mapping.ts';
import {
  type JudgingContext,
  judgingContext,
  judgingNames,
  noteVerdict,
  summarisePicture,
} from './judging-context.ts';
import { languageOf } from './language.ts';
import { clipErrors, type PictureLimits, pictureErrors, pictureRoute } from './picture-route.ts';
import { readPictureRequest } from './read-request.ts';
import { bodyOf, livenessParameters, livenessResponse } from './schemas.ts';

/** What `POST /v1/liveness` asks of the server. */
export interface LivenessOptions extends PictureLimits {
  readonly judgePicture: (picture: Picture, context: JudgingContext) => Promise<JudgedPicture>;
}

/** Seed 004: `POST /v1/liveness`. */
export const liveness: FastifyPluginAsyncTypebox<LivenessOptions> = async (app, options) => {
  app.post(
    '/v1/liveness',
    {
      ...pictureRoute(options),
      schema: {
        tags: ['recognition'],
        operationId: 'livenessV1',
        summary: 'Are the faces in this clip or picture live?',
        description:
          'A clip is judged by the votes of its frames. Parameters stand in the query or in the body, not in both with different values. A picture without a face is answered with `faces: []`.',
        security,
        consumes: ['multipart/form-data', 'application/json'],
        querystring: livenessParameters,
        body: bodyOf(livenessParameters),
        response: { 200: livenessResponse, ...pictureErrors(...clipErrors) },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const { parameters, picture } = await readPictureRequest(
        request,
        { ...options, names: judgingNames },
        language,
      );
      const context = judgingContext(request, reply, parameters, language);
      const judged = await options.judgePicture(picture, context);
      const response = toLivenessResponse(judged, { language, elapsed: reply.elapsedTime });
      const [subject] = response.faces;
      noteVerdict(
        request,
        !subject ? 'no_face' : subject.is_live ? 'live' : 'not_live',
        summarisePicture(judged),
      );
      nameLanguage(reply, language);
      return response;
    },
  );
};
