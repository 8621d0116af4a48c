import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../src/app.ts';
import { engineOptions, readConfig } from '../src/config.ts';
import { livenessResponse } from '../src/contracts/passive/schemas.ts';
import { catalogue, type ErrorCode } from '../src/errors.ts';
import type { Perception } from '../src/perception/engine.ts';
import type { PoolEvent } from '../src/perception/pool.ts';
import { photographPath } from './support/faces.ts';
import { type Mutant, mutants } from './support/mutants.ts';
import { startPool } from './support/pool.ts';
import { sharedStores } from './support/stores.ts';

const REQUESTS = 2_000;
const CLIENTS = 8;
/** Any number; the same one makes the same requests. */
const SEED = 20_260_101;

const config = readConfig({
  MODELS_DIR: 'none',
  ANTISPOOF_NETS: 'none',
  ENABLE_TRACING: 'false',
  // Small, so that requests past the limits are cheap to send.
  MAX_IMAGE_BYTES: '100000',
  MAX_IMAGE_PIXELS: '1000000',
});
const events: PoolEvent[] = [];
let perception: Perception;
let app: FastifyInstance;
let address: string;
let pictures: Buffer[];

beforeAll(async () => {
  pictures = await smallPictures();
  perception = await startPool(engineOptions(config), {
    queueLimit: CLIENTS,
    deadlineMs: 15_000,
    onEvent: (event) => events.push(event),
  });
  app = await buildApp({
    config,
    perception,
    stores: await sharedStores(),
    logger: pino({ level: 'silent' }),
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app?.close();
  await perception?.close();
});

/** One face in each format that is decoded, a few kilobytes each. */
async function smallPictures(): Promise<Buffer[]> {
  const group = readFileSync(photographPath('sample1.jpg'));
  const face = await sharp(group)
    .extract({ left: 300, top: 180, width: 420, height: 540 })
    .resize({ width: 140 })
    .png()
    .toBuffer();
  return Promise.all([
    sharp(face).jpeg().toBuffer(),
    sharp(face)
      .jpeg({ progressive: true })
      .withExif({ IFD0: { Orientation: '6' } })
      .toBuffer(),
    sharp(face).png({ palette: true }).toBuffer(),
    sharp(face).webp().toBuffer(),
    sharp(face).gif().toBuffer(),
    sharp(face).tiff({ compression: 'lzw' }).toBuffer(),
    sharp(face).avif({ effort: 0 }).toBuffer(),
  ]);
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

async function post({ contentType, body }: Mutant): Promise<Answer> {
  const response = await fetch(`${address}/liveness`, {
    method: 'POST',
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body: new Uint8Array(body),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: JSON.parse(await response.text()) };
}

/** Whether an answer has the shape that the API document promises for its status. */
function isDocumented({ status, type, body }: Answer): boolean {
  if (status === 200) return Value.Check(livenessResponse, body);
  const { status: expected, title } = catalogue[body.code as ErrorCode] ?? {};
  const responses = app.swagger().paths?.['/liveness']?.post?.responses ?? {};
  return (
    type.startsWith('application/problem+json') &&
    status === expected &&
    body.status === expected &&
    body.title === title &&
    Object.hasOwn(responses, status)
  );
}

/** Answers that a fuzzer which reaches every part of the route must have seen. */
const reached = [
  'verdict',
  'invalid_json',
  'invalid_request',
  'invalid_base64',
  'invalid_image',
  'unsupported_format',
  'unsupported_media_type',
  'payload_too_large',
  'too_many_pixels',
  'no_face',
];

test(`${REQUESTS} mutated requests: no 500, no process lost, every answer as documented`, async () => {
  expect(await post(whole())).toMatchObject({ status: 200 });

  const requests = mutants(pictures, SEED);
  const seen = new Set<unknown>();
  const wrong: unknown[] = [];
  let left = REQUESTS;
  const client = async () => {
    while (left-- > 0) {
      const mutant = requests.next().value;
      const answer = await post(mutant).catch(
        (error: unknown): Answer => ({ status: 0, type: '', body: { error } }),
      );
      seen.add(answer.status === 200 ? 'verdict' : answer.body.code);
      if (answer.status >= 500 || !isDocumented(answer)) wrong.push({ mutant: mutant.name, answer });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));

  expect(wrong).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining(reached));
  expect(events.filter(({ type }) => type !== 'started' && type !== 'ready')).toEqual([]);
  expect(perception.load()).toEqual({ queued: 0, running: 0, processes: 2, full: false });
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(await post(whole())).toMatchObject({ status: 200 });
}, 180_000);

function whole(): Mutant {
  const image = pictures[0]!.toString('base64');
  return { name: 'whole', contentType: 'application/json', body: Buffer.from(JSON.stringify({ image })) };
}
