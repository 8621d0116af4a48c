import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../src/app.ts';
import { engineOptions, readConfig } from '../src/config.ts';
import { type BlinkResponse, blinkResponse } from '../src/contracts/passive/blink-schemas.ts';
import type { RgbImage } from '../src/media/image.ts';
import type { Perception } from '../src/perception/engine.ts';
import type { PoolEvent } from '../src/perception/pool.ts';
import {
  cover,
  eyePlace,
  handTremor,
  lidClosure,
  livingPerson,
  movePhoto,
  type Swipe,
  swipeOver,
  timedPictures,
} from './support/attack-clips.ts';
import { type ClipRecipe, encodeClip, encodeSilence } from './support/encode-clip.ts';
import { encodeJpeg, loadSampleFaces, type SampleFace } from './support/faces.ts';
import { startPool } from './support/pool.ts';
import { createPuppet, type Puppet } from './support/puppet.ts';
import { sharedStores } from './support/stores.ts';

// The active check on a fresh machine, from the upload to the verdict: a person is a puppet whose lids move.

const config = readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none', ENABLE_TRACING: 'false' });
const events: PoolEvent[] = [];
let perception: Perception;
let app: FastifyInstance;
let address: string;
let person: SampleFace;
let puppet: Puppet;
let other: SampleFace;

beforeAll(async () => {
  perception = await startPool(engineOptions(config), {
    queueLimit: 16,
    deadlineMs: 60_000,
    clipDeadlineMs: 120_000,
    onEvent: (event) => events.push(event),
  });
  app = await buildApp({
    config,
    perception,
    stores: await sharedStores(),
    logger: pino({ level: 'silent' }),
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
  const samples = await loadSampleFaces(perception);
  const [first] = samples as [SampleFace];
  person = await shrink(first);
  other = await shrink(samples.find(({ name }) => name.split(' ')[0] !== first.name.split(' ')[0])!);
  puppet = createPuppet(person.image, person.face);
}, 120_000);

afterAll(async () => {
  await app?.close();
  await perception?.close();
});

/** The same face 160 pixels wide, as in a small video: clips of it are drawn and encoded in less time. */
async function shrink({ name, image, face }: SampleFace): Promise<SampleFace> {
  const { width, height, data } = image;
  const scale = 160 / face.box.width;
  const even = (length: number) => 2 * Math.round((length * scale) / 2);
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: even(width), height: even(height), fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const shrunk = { width: small.info.width, height: small.info.height, data: small.data };
  const { faces } = await perception.analyseImage(await encodeJpeg(shrunk), { measuredFaces: 1 });
  return { name, image: shrunk, face: faces[0]! };
}

/** Two and a half seconds, the blink (or what stands for it) in their middle. */
const shape = { seconds: 2.4, frameRate: 30 };
const middle = 1200;
const blink = lidClosure(middle);

async function upload(bytes: Uint8Array, path = '/active/blink') {
  const form = new FormData();
  form.append('video', new Blob([new Uint8Array(bytes)]), 'clip');
  const response = await fetch(address + path, { method: 'POST', body: form });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** What the server says of a clip that is drawn picture by picture. */
async function judge(
  render: (milliseconds: number) => RgbImage,
  { seconds, frameRate } = shape,
  path?: string,
): Promise<BlinkResponse> {
  const frames = timedPictures(render, { seconds, frameRate });
  const { status, body } = await upload(await encodeClip({ format: 'mp4', codec: 'h264', frames }), path);
  expect([status, Value.Errors(blinkResponse, body)]).toEqual([200, []]);
  return body;
}

const codes = ({ details }: BlinkResponse) => details.reasons.map(({ code }) => code);

async function passiveCheck({ image }: Pick<SampleFace, 'image'>): Promise<string> {
  const payload = { image: (await encodeJpeg(image)).toString('base64') };
  const response = await app.inject({ method: 'POST', url: '/liveness', payload });
  return response.json().fallback.upload_url;
}

describe('a person who blinks', () => {
  test.each([
    ['mp4', 'h264', 30],
    ['webm', 'vp8', 15],
  ] as const)('passes (%s, %s, %d frames a second)', async (format, codec, frameRate) => {
    const frames = timedPictures(livingPerson(puppet, blink), { seconds: 2.4, frameRate });
    const recipe: ClipRecipe = { format, codec, frames };
    const { body } = await upload(await encodeClip(recipe));
    expect(body.active_passed, JSON.stringify(body.details.reasons)).toBe(true);
    expect(codes(body)).toEqual(['blink_seen', 'no_anti_spoof_model_for_clip']);
    expect(body.details).toMatchObject({ blink_count: 1, frames: frames.length });
    expect(Math.abs(body.details.blink_times_s[0] - middle / 1000)).toBeLessThan(0.1);
    expect(Math.abs(body.details.frame_rate - frameRate)).toBeLessThan(0.1);
    expect(body.details.models.map(({ role }: { role: string }) => role)).toEqual(
      expect.arrayContaining(['detector', 'mesh', 'iris', 'embedding']),
    );
  });

  test('passes for their own picture, once', async () => {
    const path = await passiveCheck(person);
    const clip = livingPerson(puppet, blink);
    const answer = await judge(clip, shape, path);
    expect(answer.active_passed, JSON.stringify(answer.details.reasons)).toBe(true);
    expect(await upload(new Uint8Array(10), path)).toMatchObject({
      status: 404,
      body: { code: 'check_not_found' },
    });
  });

  test("does not pass for somebody else's picture", async () => {
    const answer = await judge(livingPerson(puppet, blink), shape, await passiveCheck(other));
    expect(answer.active_passed).toBe(false);
    expect(codes(answer)).toContain('not_the_selfie');
  });

  test('is told when the clip has too few frames to see it', async () => {
    const answer = await judge(livingPerson(puppet, blink), { seconds: 3, frameRate: 6 });
    expect(answer.active_passed).toBe(false);
    expect(codes(answer)[0]).toBe('too_few_frames');
    expect(codes(answer)).not.toContain('no_blink');
  });
});

test('light and focus are measured where the nets and the embedder look', async () => {
  const frames = timedPictures(
    livingPerson(puppet, () => 0),
    { seconds: 1, frameRate: 15 },
  );
  const clip = await encodeClip({ format: 'mp4', codec: 'h264', frames });
  const facts = await perception.analyseClip(clip, { fullLookEvery: 250 });
  const faces = facts.frames.map((frame) => frame.faces[0]!);
  const looks = faces.filter(({ embedding }) => embedding.status === 'measured');
  expect(looks).toHaveLength(4);
  expect(faces.filter(({ texture }) => texture.status === 'measured')).toEqual(looks);
});

describe('a person who does not blink', () => {
  test.each<[string, (milliseconds: number) => number | { left: number; right: number }]>([
    ['open eyes', () => 0],
    ['closed eyes throughout', () => 1],
    ['a wink', (at) => ({ left: blink(at), right: 0 })],
  ])('%s', async (_, closure) => {
    const answer = await judge(livingPerson(puppet, closure));
    expect([answer.active_passed, answer.details.blink_count]).toEqual([false, 0]);
    expect(codes(answer)).toContain('no_blink');
  });

  test('a nod', async () => {
    const nod = (at: number) => -22 * blink(at);
    const answer = await judge((at) => puppet.render({ pitch: nod(at) }));
    expect([answer.active_passed, answer.details.blink_count]).toEqual([false, 0]);
  });
});

describe('a photograph', () => {
  const tan = [190, 145, 120] as const;
  const brown = [70, 50, 40] as const;
  const black = [15, 15, 15] as const;
  const white = [235, 235, 235] as const;
  const red = [190, 40, 40] as const;
  const wide = { width: 4, at: middle };

  /** The photograph in a hand that is never quite still. */
  const held = (milliseconds: number, image = person.image) => {
    const { x, y, apart } = eyePlace(person.face);
    return movePhoto(image, handTremor(apart * 1.6)(milliseconds), x, y);
  };

  test.each<[string, Swipe, number]>([
    ['a thin tan bar, slowly', { ...wide, colour: tan, height: 0.25, speedY: 1 }, 30],
    ['a thin tan bar', { ...wide, colour: tan, height: 0.25, speedY: 2.5 }, 30],
    ['a thin tan bar, fast', { ...wide, colour: tan, height: 0.25, speedY: 6 }, 30],
    ['a tan bar', { ...wide, colour: tan, height: 0.4, speedY: 1.5 }, 30],
    ['a tan bar from below', { ...wide, colour: tan, height: 0.45, speedY: -6 }, 15],
    ['a thin brown bar, slowly', { ...wide, colour: brown, height: 0.25, speedY: 1 }, 30],
    ['a brown bar', { ...wide, colour: brown, height: 0.4, speedY: 2.5 }, 30],
    ['a brown bar, fast', { ...wide, colour: brown, height: 0.3, speedY: 4 }, 15],
    ['a black bar', { ...wide, colour: black, height: 0.45, speedY: 6 }, 30],
    ['a white bar', { ...wide, colour: white, height: 0.25, speedY: 6 }, 30],
    ['a red bar', { ...wide, colour: red, height: 0.25, speedY: 6 }, 30],
    ['a bar laid over both eyes', { colour: tan, width: 2, height: 0.4, at: middle, lasts: 160 }, 30],
    ['a bar from the side', { colour: brown, width: 1.4, height: 4, speedX: 12, at: middle }, 30],
    [
      'a hand from below',
      { colour: tan, width: 2.6, height: 0.5, speedY: -5, at: middle, isRound: true },
      30,
    ],
    ['a hand from above', { colour: tan, width: 1.8, height: 0.8, speedY: 8, at: middle, isRound: true }, 30],
  ])('with %s drawn over its eyes does not pass', async (_, swipe, frameRate) => {
    const bar = swipeOver(eyePlace(person.face), swipe);
    const answer = await judge((at) => cover(held(at), bar, at), { seconds: 2.4, frameRate });
    expect([answer.active_passed, answer.details.blink_count]).toEqual([false, 0]);
  });

  test.each([
    ['squeezed', (share: number) => ({ stretchY: 1 - 0.5 * share })],
    ['tilted', (share: number) => ({ stretchY: 1 - 0.35 * share, shiftY: 10 * share })],
    ['waved', (share: number) => ({ shiftX: 30 * share, turn: 12 * share, stretchX: 1 - 0.2 * share })],
  ])('that is %s does not pass', async (_, move) => {
    const { x, y } = eyePlace(person.face);
    const answer = await judge((at) => movePhoto(person.image, move(blink(at)), x, y));
    expect([answer.active_passed, answer.details.blink_count]).toEqual([false, 0]);
  });

  test.each<[string, () => RgbImage]>([
    ['of closed eyes', () => puppet.render({ eyeClosure: 1, yaw: 3, pitch: -2, shiftX: 3 })],
    ['that differs in its eyes alone', () => puppet.render({ eyeClosure: 1 })],
    [
      "of somebody else's closed eyes",
      () => aligned(createPuppet(other.image, other.face).render({ eyeClosure: 1 })),
    ],
  ])('changed for a moment with one %s does not pass', async (_, closed) => {
    const second = closed();
    const answer = await judge((at) => held(at, Math.abs(at - middle) < 90 ? second : person.image));
    expect([answer.active_passed, answer.details.blink_count]).toEqual([false, 0]);
  });

  test('that does not move does not pass', async () => {
    expect((await judge(() => person.image)).active_passed).toBe(false);
  });

  test('of another person after the blink is noticed', async () => {
    const after = aligned(other.image);
    const early = livingPerson(puppet, lidClosure(800));
    const answer = await judge((at) => (at < 1600 ? early(at) : after), { seconds: 4, frameRate: 20 });
    expect(answer.active_passed).toBe(false);
    expect(codes(answer)).toContain('face_changed');
  });

  /** The other person's picture with the eyes where the first one's are. */
  function aligned(image: RgbImage): RgbImage {
    const [to, from] = [eyePlace(person.face), eyePlace(other.face)];
    const scale = to.apart / from.apart;
    const data = new Uint8Array(person.image.data.length).fill(110);
    const { width, height } = person.image;
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const x = Math.round(from.x + (column - to.x) / scale);
        const y = Math.round(from.y + (row - to.y) / scale);
        if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue;
        const at = (y * image.width + x) * 3;
        data.set(image.data.subarray(at, at + 3), (row * width + column) * 3);
      }
    return { width, height, data };
  }
});

describe('what is no clip', () => {
  test.each<[string, () => Uint8Array | Promise<Uint8Array>, number, string]>([
    ['nothing', () => new Uint8Array(0), 400, 'invalid_clip'],
    ['garbage', () => Buffer.alloc(5_000, 'garbage'), 400, 'invalid_clip'],
    ['a picture', () => encodeJpeg(person.image), 400, 'invalid_clip'],
    ['sound alone', () => encodeSilence('mov'), 400, 'invalid_clip'],
    ['a clip that was cut off', async () => (await shortClip()).subarray(0, -500), 400, 'invalid_clip'],
    ['21 MB', () => Buffer.alloc(21_000_000), 413, 'payload_too_large'],
    ['31 seconds', () => longClip(), 413, 'clip_too_long'],
  ])('%s', async (_, make, status, code) => {
    const answer = await upload(await make());
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('nobody in view', async () => {
    const grey = { width: 320, height: 240, data: new Uint8Array(320 * 240 * 3).fill(120) };
    const answer = await judge(() => grey);
    expect(answer.active_passed).toBe(false);
    expect(codes(answer)[0]).toBe('no_face');
  });

  const shortClip = () =>
    encodeClip({
      format: 'mp4',
      codec: 'h264',
      frames: timedPictures(() => person.image, { seconds: 0.5, frameRate: 30 }),
    });

  function longClip(): Promise<Uint8Array> {
    const image = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
    return encodeClip({
      format: 'mp4',
      codec: 'h264',
      frames: timedPictures(() => image, { seconds: 31, frameRate: 10 }),
    });
  }
});

test('no process was lost', () => {
  expect(events.filter(({ type }) => type !== 'started' && type !== 'ready')).toEqual([]);
});
