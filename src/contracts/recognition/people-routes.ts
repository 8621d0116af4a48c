import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ErrorCode } from '../../errors.ts';
import { security } from '../../plugins/api-key.ts';
import { nameLanguage } from '../../plugins/language.ts';
import type { Picture } from '../../services/judge-picture.ts';
import type { EnrolmentResult, Identification, MatchDistance } from '../../services/matcher.ts';
import type { NotLive, Recognised, Registration } from '../../services/recognise.ts';
import {
  type JudgingContext,
  judgingContext,
  judgingNames,
  noteVerdict,
  summarisePicture,
} from './judging-context.ts';
import { languageOf } from './language.ts';
import { consentOf, numberOf, userIdOf } from './parameters.ts';
import { toIdentifyResponse, toRegisterResponse, toVerifyResponse } from './people-mapping.ts';
import { identifyResponse, registerResponse, verifyResponse } from './people-schemas.ts';
import { clipErrors, type PictureLimits, pictureErrors, pictureRoute } from './picture-route.ts';
import { readPictureRequest } from './read-request.ts';
import { bodyOf, identifyParameters, registerParameters, verifyParameters } from './schemas.ts';

/** What enrolling, verifying and identifying ask of the server. */
export interface PeopleOptions extends PictureLimits {
  readonly register: (
    registration: Registration,
    picture: Picture,
    context: JudgingContext,
  ) => Promise<NotLive | Recognised<EnrolmentResult>>;
  readonly verify: (
    question: { readonly userId: string; readonly matchThreshold: number },
    picture: Picture,
    context: JudgingContext,
  ) => Promise<NotLive | Recognised<MatchDistance>>;
  readonly identify: (
    question: { readonly limit: number; readonly matchThreshold: number },
    picture: Picture,
    context: JudgingContext,
  ) => Promise<NotLive | Recognised<Identification>>;
  /** Distance up to which two faces match, unless a request says otherwise. */
  readonly matchThreshold: number;
  readonly today: () => Date;
}

const day = 86_400_000;
const distances = { from: 0, to: 2 } as const;

/** Seed 004: `POST /v1/register` and `/v1/verify`; beyond it `POST /v1/identify`. */
export const people: FastifyPluginAsyncTypebox<PeopleOptions> = async (app, options) => {
  const route = pictureRoute(options);
  const common = {
    tags: ['recognition'],
    security,
    consumes: ['multipart/form-data', 'application/json'],
  };

  app.post(
    '/v1/register',
    {
      ...route,
      schema: {
        ...common,
        operationId: 'register',
        summary: 'Enrol the one living person of a clip or picture',
        description:
          'Takes the place of what the id had. Liveness that is not confirmed enrols nobody: status 200, `success: false`. A `threshold` below 0.5 counts as 0.5.',
        querystring: registerParameters,
        body: bodyOf(registerParameters),
        response: { 200: registerResponse, ...personErrors('face_masked', 'face_already_enrolled') },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const names = ['user_id', ...judgingNames, 'consent', 'expires_in_days'];
      const { parameters, picture } = await readPictureRequest(request, { ...options, names }, language);
      const userId = userIdOf(parameters, language);
      const days = numberOf(parameters, 'expires_in_days', { from: 1, to: 36_500, whole: true }, language);
      const registration = {
        userId,
        consent: consentOf(parameters, language),
        expiresAt: days === undefined ? undefined : new Date(options.today().getTime() + days * day),
      };
      const context = judgingContext(request, reply, parameters, language);
      const result = await options.register(registration, picture, context);
      noteVerdict(request, result.outcome ? 'enrolled' : 'not_live', summarisePerson(result));
      nameLanguage(reply, language);
      return toRegisterResponse(result, userId, language);
    },
  );

  app.post(
    '/v1/verify',
    {
      ...route,
      schema: {
        ...common,
        operationId: 'verify',
        summary: 'Is the one living person of a clip or picture who they say they are?',
        description:
          'Liveness that is not confirmed matches nobody, whatever the distance, which is not even measured: status 200, `success: false`.',
        querystring: verifyParameters,
        body: bodyOf(verifyParameters),
        response: { 200: verifyResponse, ...personErrors('user_not_found', 'template_of_another_model') },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const names = ['user_id', ...judgingNames, 'match_threshold'];
      const { parameters, picture } = await readPictureRequest(request, { ...options, names }, language);
      const userId = userIdOf(parameters, language);
      const matchThreshold =
        numberOf(parameters, 'match_threshold', distances, language) ?? options.matchThreshold;
      const context = judgingContext(request, reply, parameters, language);
      const result = await options.verify({ userId, matchThreshold }, picture, context);
      const verdict = !result.outcome ? 'not_live' : result.outcome.match ? 'match' : 'no_match';
      noteVerdict(request, verdict, summarisePerson(result));
      nameLanguage(reply, language);
      return toVerifyResponse(result, { userId, matchThreshold }, language);
    },
  );

  app.post(
    '/v1/identify',
    {
      ...route,
      schema: {
        ...common,
        operationId: 'identify',
        summary: 'Who, of all who are enrolled, is the one living person of a clip or picture?',
        querystring: identifyParameters,
        body: bodyOf(identifyParameters),
        response: { 200: identifyResponse, ...personErrors() },
      },
    },
    async (request, reply) => {
      const language = languageOf(request);
      const names = [...judgingNames, 'match_threshold', 'top_k'];
      const { parameters, picture } = await readPictureRequest(request, { ...options, names }, language);
      const limit = numberOf(parameters, 'top_k', { from: 1, to: 100, whole: true }, language) ?? 5;
      const matchThreshold =
        numberOf(parameters, 'match_threshold', distances, language) ?? options.matchThreshold;
      const context = judgingContext(request, reply, parameters, language);
      const result = await options.identify({ limit, matchThreshold }, picture, context);
      const isFound = (result.outcome?.candidates.length ?? 0) > 0;
      const verdict = !result.outcome ? 'not_live' : isFound ? 'match' : 'no_match';
      noteVerdict(request, verdict, summarisePerson(result));
      nameLanguage(reply, language);
      return toIdentifyResponse(result, matchThreshold, language);
    },
  );
};

/** What keeps a picture from showing one person who can be compared. */
const subjectErrors = [
  'no_face',
  'several_faces',
  'face_not_comparable',
] as const satisfies readonly ErrorCode[];

/** Whoever is not compared was not trusted to be live, also where a net that is not trusted took them for it. */
function summarisePerson({ subject, outcome }: NotLive | Recognised<unknown>) {
  const summary = summarisePicture(subject.picture);
  return outcome !== null || summary.outcome !== 'live'
    ? summary
    : { ...summary, outcome: 'inconclusive' as const, reasons: [subject.liveness] };
}

function personErrors(...more: readonly ErrorCode[]) {
  return pictureErrors(...clipErrors, ...subjectErrors, ...more);
}
