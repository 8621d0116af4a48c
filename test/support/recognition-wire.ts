import { afterAll, beforeAll } from 'vitest';
import type { AppParts } from '../../src/app.ts';
import { type FaceFacts, measured, unavailable } from '../../src/decisions/facts.ts';
import type { ImageRequest, Perception } from '../../src/perception/engine.ts';
import { listeningApp, scriptedPerception } from './app.ts';
import { embeddingFacts, faceFacts, frameFacts } from './facts.ts';
import { seedTexture } from './recognition-rules.ts';
import { memoryStores } from './stores.ts';

/** The first bytes of a JPEG, and of an MP4: all that is looked at where perception is scripted. */
export const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]);
export const mp4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1');
/** What a face has of a server without anti-spoof nets. */
export const noNet = { 'minifasnet-v2': unavailable('no_model') } as const;

/** A face like that of seed 004's example, which can be compared. */
export const face = (changes: Partial<FaceFacts> = {}): FaceFacts =>
  faceFacts({
    texture: measured(seedTexture),
    box: { x: 79.4, y: 367.2, width: 600, height: 20.6 },
    embedding: measured(embeddingFacts([1, 0], 'dlib-resnet')),
    mask: measured(0),
    ...changes,
  });

/** Perception that sees these faces, and remembers what it was asked for. */
export function seeing(...faces: readonly FaceFacts[]): Perception & { readonly asked: ImageRequest[] } {
  const asked: ImageRequest[] = [];
  return {
    ...scriptedPerception(),
    asked,
    analyseImage: async (_bytes, request) => {
      asked.push(request);
      return {
        ...frameFacts(...faces),
        models: [{ role: 'detector', name: 'yunet', pack: 'strong', sha256: 'aa' }],
      };
    },
  };
}

/**
 * What a test file listens with: servers of this perception and these settings, all with one empty database, which is
 * closed after the tests. Each server ends with its test.
 */
export function recognitionServers() {
  let stores: AppParts['stores'];
  beforeAll(async () => {
    stores = await memoryStores();
  }, 60_000);
  afterAll(() => stores.close());
  return (
    perception: Perception,
    settings: Readonly<Record<string, string>> = {},
    parts: Partial<AppParts> = {},
  ) => listeningApp(settings, { perception, stores, ...parts });
}

/** Fields of a form, files as bytes. */
export type Fields = readonly (readonly [name: string, value: string | Buffer])[];

/** Posts a form; files have a name that nobody should store them under. */
export async function send(url: string, fields: Fields, headers: Readonly<Record<string, string>> = {}) {
  const form = new FormData();
  for (const [name, value] of fields)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), '../../x');
  return answer(await fetch(url, { method: 'POST', body: form, headers }));
}

/** Posts JSON. */
export async function sendJson(url: string, body: unknown) {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** An answer with its body taken apart. */
export async function answer(response: Response) {
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
