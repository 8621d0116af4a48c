import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { securitySchemes } from './api-key.ts';

/** Collects the routes' schemas into an OpenAPI document and shows it at `/docs`. */
export const apiDocs = fastifyPlugin(async (app: FastifyInstance, { version }: { version: string }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Bonafide',
        version,
        description:
          'Face liveness: is the face in front of this camera a living person, here and now? ' +
          'Errors are problem details (RFC 9457, `application/problem+json`) with a stable `code`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        {
          name: 'sessions',
          description:
            'Our own: a backend opens a session, its client takes part live, the backend asks for the result.',
        },
        {
          name: 'recognition',
          description: 'Liveness, enrolment, verification and identification; speaks Portuguese.',
        },
        { name: 'passive', description: 'One selfie in, a verdict out.' },
        {
          name: 'kyc',
          description: 'One selfie for onboarding, sessions that limit how often; errors by number.',
        },
        { name: 'frames', description: 'Stills of a person who turns left and right, and blinks.' },
        { name: 'challenge', description: 'Turn your head as you are told, and be seen to be there.' },
        { name: 'console', description: 'For the people who run this server; never open.' },
        { name: 'system', description: 'About this server.' },
      ],
      components: { securitySchemes },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
});
