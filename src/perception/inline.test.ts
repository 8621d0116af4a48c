import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { engineOptions, readConfig } from '../config.ts';
import { createInlinePerception } from './inline.ts';

const engine = engineOptions(
  readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none', DISABLE_WARMUP: 'true' }),
);
const request = { measuredFaces: 1 };

let picture: Buffer;
beforeAll(async () => {
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'grey' } })
    .png()
    .toBuffer();
});

test('analyses one picture after the other', async () => {
  const perception = await createInlinePerception(engine);
  const first = perception.analyseImage(picture, request);
  const second = perception.analyseImage(picture, request);
  expect(perception.load()).toEqual({ queued: 2, running: 0, processes: 1, full: false });
  expect(await first).toMatchObject({ width: 64, height: 48, format: 'png', faces: [] });
  expect(await second).toMatchObject({ width: 64, height: 48 });
  expect(perception.load()).toEqual({ queued: 0, running: 0, processes: 1, full: false });
});

test('a picture that fails does not hold up the next', async () => {
  const perception = await createInlinePerception(engine);
  const broken = perception.analyseImage(picture.subarray(0, 60), request);
  const next = perception.analyseImage(picture, request);
  await expect(broken).rejects.toMatchObject({ code: 'invalid_image' });
  expect((await next).width).toBe(64);
});

test('a client that leaves is not served, and neither is anyone after close', async () => {
  const perception = await createInlinePerception(engine);
  const client = new AbortController();
  const left = perception.analyseImage(picture, request, client.signal);
  client.abort();
  await expect(left).rejects.toMatchObject({ code: 'cancelled' });
  const pending = perception.analyseImage(picture, request);
  const closed = perception.close();
  await expect(pending).rejects.toMatchObject({ code: 'shutting_down' });
  await closed;
  await expect(perception.analyseImage(picture, request)).rejects.toMatchObject({ code: 'shutting_down' });
  expect(perception.load().processes).toBe(0);
});
