import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ClipLimits, decodeClip } from '../../src/media/decode-clip.ts';

const folder = join(import.meta.dirname, '../../../shared/data/B');

const limits: ClipLimits = {
  maxBytes: 20_000_000,
  maxMilliseconds: 30_000,
  maxFrames: 1800,
  maxPixels: 4_000_000,
  maxSide: 640,
  maxDecodeMilliseconds: 60_000,
};

/** Each clip with its codec, upright size, frames (the sample counts of the headers) and last time in ms. */
const clips = [
  ['lestari/fake.mp4', 'h264', '1080x720', 77, 2533],
  ['lestari/real.mp4', 'h264', '1080x720', 112, 3700],
  ['liveportrait/driving/d10.mp4', 'h264', '512x512', 448, 14900],
  ['liveportrait/driving/d13.mp4', 'h264', '720x1280', 352, 11700],
  ['liveportrait/driving/d18.mp4', 'h264', '480x480', 216, 7167],
  ['liveportrait/driving/d9.mp4', 'h264', '480x480', 587, 19533], // pixels of 15:16
  ['manikantha/fake.mp4', 'h264', '556x416', 145, 14400],
  ['proctoring_ai/eye_tracking/center_left_center.mp4', 'h264', '480x848', 368, 15290], // turned
  ['pyimagesearch_zubair/fake.mp4', 'vp8', '960x540', 157, 10412], // WebM, whatever its name says
  ['pyimagesearch_zubair/real.mov', 'vp8', '960x540', 199, 13212], // WebM too
  ['td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV', 'h264', '360x480', 359, 11958], // turned
  ['td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV', 'h264', '360x480', 290, 12040], // turned
  ['tps_driving/assets/driving.mp4', 'h264', '410x412', 169, 6720],
  ['tranvanluyt/fake.mp4', 'h264', '368x640', 637, 21200],
  ['tranvanluyt/real.mp4', 'h264', '368x656', 621, 20667],
] as const;

test('the table names every clip', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /\.(mp4|mov)$/i.test(file)).sort()).toEqual(
    clips.map(([path]) => path).sort(),
  );
});

test.each(clips)('%s decodes: %s, %s, %d frames, %d ms', async (path, codec, size, frames, milliseconds) => {
  const sizes = new Set<string>();
  const summary = await decodeClip(readFileSync(join(folder, path)), limits, ({ width, height, image }) => {
    sizes.add(`${width}x${height}`);
    expect(Math.max(image.width, image.height)).toBe(Math.min(640, Math.max(width, height)));
  });
  expect([...sizes]).toEqual([size]);
  expect(summary).toMatchObject({ codec, frames });
  expect(Math.round(summary.milliseconds)).toBe(milliseconds);
});

test('memory stays flat when clips are decoded again and again', async () => {
  const [bytes] = clips
    .filter(([path]) => path.startsWith('tps_driving'))
    .map(([path]) => readFileSync(join(folder, path)));
  const growth: number[] = [];
  for (let round = 0; round < 60; round++) {
    await decodeClip(bytes!, limits, () => {});
    growth.push(process.memoryUsage().rss / 1e6);
  }
  expect(growth.at(-1)! - growth[20]!).toBeLessThan(60);
});
