import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../src/app.ts';
import { engineOptions, readConfig } from '../src/config.ts';
import { blinkResponse } from '../src/contracts/passive/blink-schemas.ts';
import { catalogue, type ErrorCode } from '../src/errors.ts';
import type { RgbImage } from '../src/media/image.ts';
import type { Perception } from '../src/perception/engine.ts';
import type { PoolEvent } from '../src/perception/pool.ts';
import { type ClipRecipe, encodeClip } from './support/encode-clip.ts';
import { photographPath } from './support/faces.ts';
import { startPool } from './support/pool.ts';
import { seededRandom } from './support/random.ts';
import { sharedStores } from './support/stores.ts';

const uploads = 300;
const clients = 4;

const config = readConfig({
  MODELS_DIR: 'none',
  ANTISPOOF_NETS: 'none',
  ENABLE_TRACING: 'false',
  MAX_CLIP_BYTES: '200000',
  MAX_CLIP_SECONDS: '3',
  MAX_CLIP_PIXELS: '100000',
});
const events: PoolEvent[] = [];
let perception: Perception;
let app: FastifyInstance;
let address: string;
let clips: readonly Buffer[];

beforeAll(async () => {
  clips = await smallClips();
  perception = await startPool(engineOptions(config), {
    queueLimit: clients,
    deadlineMs: 15_000,
    clipDeadlineMs: 30_000,
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

/** Half a second of one face in each container that is read, a few kilobytes each. */
async function smallClips(): Promise<Buffer[]> {
  const { data, info } = await sharp(photographPath('sample1.jpg'))
    .extract({ left: 300, top: 180, width: 420, height: 540 })
    .resize({ width: 140, height: 180 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image: RgbImage = { width: info.width, height: info.height, data };
  const frames = Array.from({ length: 8 }, (_, frame) => ({ image, milliseconds: frame * 80 }));
  const recipes: Pick<ClipRecipe, 'format' | 'codec'>[] = [
    { format: 'mp4', codec: 'h264' },
    { format: 'mov', codec: 'mjpeg' },
    { format: 'webm', codec: 'vp8' },
    { format: 'webm', codec: 'vp9' },
    { format: 'matroska', codec: 'h264' },
    { format: 'avi', codec: 'mjpeg' },
  ];
  const encoded: Buffer[] = [];
  for (const recipe of recipes) {
    const ticks = recipe.format === 'avi' ? { ticks: 25 } : {};
    encoded.push(Buffer.from(await encodeClip({ ...recipe, ...ticks, frames })));
  }
  return encoded;
}

const random = seededRandom(20_260_102);
const dice = (limit: number) => Math.floor(random() * limit);
const noise = (length: number) => Buffer.from(Array.from({ length }, () => dice(256)));

/** What may become of a clip on its way. */
const mutations: readonly ((clip: Buffer) => Buffer)[] = [
  (clip) => flip(clip, clip.length),
  (clip) => flip(clip, 300),
  (clip) => flip(clip, clip.length, 200),
  (clip) => clip.subarray(0, dice(clip.length)),
  (clip) => Buffer.concat([clip.subarray(0, dice(clip.length)), noise(dice(3_000))]),
  (clip) => Buffer.concat([clip.subarray(0, dice(40)), noise(dice(3_000))]),
  (clip) => Buffer.concat([clip.subarray(0, dice(clip.length)), clip]),
  (clip) => {
    const from = dice(clip.length);
    return Buffer.concat([clip.subarray(0, from), clip.subarray(from + 1 + dice(500))]);
  },
  (clip) => Buffer.concat([clip, Buffer.alloc(250_000)]),
  // Sizes of boxes and elements blown up.
  (clip) => {
    const blown = Buffer.from(clip);
    blown.writeUInt32BE(0xffff_ffff - dice(2), dice(Math.min(clip.length - 4, 2_000)));
    return blown;
  },
];

function flip(clip: Buffer, within: number, most = 10): Buffer {
  const flipped = Buffer.from(clip);
  for (let count = 1 + dice(most); count > 0; count--) {
    const place = dice(Math.min(within, clip.length));
    flipped[place] = flipped[place]! ^ (1 + dice(255));
  }
  return flipped;
}

async function upload(bytes: Uint8Array) {
  const form = new FormData();
  form.append('video', new Blob([new Uint8Array(bytes)]), 'clip');
  const response = await fetch(`${address}/active/blink`, { method: 'POST', body: form });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Whether an answer has the shape that the API document promises for its status. */
function isDocumented({ status, body }: Awaited<ReturnType<typeof upload>>): boolean {
  if (status === 200) return Value.Check(blinkResponse, body);
  const { status: expected, title } = catalogue[body.code as ErrorCode] ?? {};
  const responses = app.swagger().paths?.['/active/blink']?.post?.responses ?? {};
  return status === expected && body.title === title && status < 500 && Object.hasOwn(responses, status);
}

test(`${uploads} mangled clips get an answer each, and no process is lost`, async () => {
  const seen = new Map<string, number>();
  const wrong: unknown[] = [];
  let rest = uploads;
  const client = async () => {
    while (rest-- > 0) {
      const answer = await upload(mutations[rest % mutations.length]!(clips[dice(clips.length)]!));
      const kind = answer.status === 200 ? 'verdict' : answer.body.code;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      if (!isDocumented(answer)) wrong.push(answer);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));

  expect(wrong).toEqual([]);
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining(['verdict', 'invalid_clip', 'unsupported_format', 'payload_too_large']),
  );
  expect(events.filter(({ type }) => type !== 'started' && type !== 'ready')).toEqual([]);
  expect(perception.load()).toEqual({ queued: 0, running: 0, processes: 2, full: false });
  for (const clip of clips) expect(await upload(clip)).toMatchObject({ status: 200 });
}, 240_000);
