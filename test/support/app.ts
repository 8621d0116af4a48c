import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type AppParts, buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { FrameFacts } from '../../src/decisions/facts.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { faceFacts, frameFacts } from './facts.ts';
import { sharedStores } from './stores.ts';

/** Perception that says what a test tells it to: the wire is tested here, not the models. */
export function scriptedPerception(
  analyse: (signal: AbortSignal | undefined) => Promise<FrameFacts> = async () => frameFacts(faceFacts()),
  load: Partial<ReturnType<Perception['load']>> = {},
  analyseClip: Perception['analyseClip'] = () => Promise.reject(new Error('No clip was expected.')),
): Perception {
  return {
    analyseImage: (_bytes, _request, signal) => analyse(signal),
    analyseClip,
    describe: () => ({
      models: [
        { role: 'detector', pack: 'strong', name: 'blazeface', sha256: 'cd'.repeat(32) },
        { role: 'anti-spoof', pack: 'strong', name: 'minifasnet-v2', sha256: 'ab'.repeat(32) },
      ],
      executionProviders: ['cpu'],
      notices: ['YuNet is missing; blazeface serves.'],
    }),
    load: () => ({ queued: 0, running: 0, processes: 2, full: false, ...load }),
    close: async () => {},
  };
}

/** The app with scripted perception, no traces and these settings; closed when the test ends. */
export async function testApp(
  settings: Readonly<Record<string, string>> = {},
  parts: Partial<AppParts> = {},
): Promise<FastifyInstance> {
  const app = await buildApp({
    config: readConfig({ ENABLE_TRACING: 'false', ...settings }),
    perception: scriptedPerception(),
    stores: parts.stores ?? (await sharedStores()),
    logger: pino({ level: 'silent' }),
    ...parts,
  });
  onTestFinished(() => app.close());
  return app;
}

/** The app of {@link testApp}, listening; returns its address. */
export async function listeningApp(...parts: Parameters<typeof testApp>): Promise<string> {
  const app = await testApp(...parts);
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** A body that passes the wire: the picture itself is never looked at by scripted perception. */
export const picture = { image: Buffer.from('a picture').toString('base64') };
