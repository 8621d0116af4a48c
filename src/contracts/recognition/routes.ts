import multipart from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { speakPortuguese } from './language.ts';
import { type LivenessOptions, liveness } from './liveness-route.ts';
import { type PeopleOptions, people } from './people-routes.ts';
import { type UsersOptions, users } from './users-routes.ts';

/** What the recognition contract asks of the server. */
interface RecognitionOptions extends LivenessOptions, PeopleOptions, UsersOptions {}

/** Seed 004: `POST /v1/liveness`, `/v1/register`, `/v1/verify` and the data set; and what goes beyond it. */
export const recognition: FastifyPluginAsyncTypebox<RecognitionOptions> = async (app, options) => {
  speakPortuguese(app);
  await app.register(async (pictures) => {
    await pictures.register(multipart);
    await pictures.register(liveness, options);
    await pictures.register(people, options);
  });
  await app.register(users, options);
};
