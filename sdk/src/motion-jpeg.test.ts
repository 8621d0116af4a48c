import sharp from 'sharp';
import { expect, it } from 'vitest';
import { type ClipFrame as DecodedFrame, decodeClip } from '../../src/media/decode-clip.ts';
import { type ClipFrame, motionJpegClip } from './motion-jpeg.ts';

const limits = {
  maxBytes: 1_000_000,
  maxMilliseconds: 10_000,
  maxFrames: 100,
  maxPixels: 1_000_000,
  maxSide: 640,
  maxDecodeMilliseconds: 20_000,
};

/** A picture of one grey. */
async function grey(level: number, width = 64, height = 48): Promise<ClipFrame> {
  const background = { r: level, g: level, b: level };
  const jpeg = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { jpeg: new Uint8Array(jpeg), width, height };
}

/** What the server makes of a clip. */
async function decode(clip: Blob) {
  const frames: DecodedFrame[] = [];
  const bytes = new Uint8Array(await clip.arrayBuffer());
  await decodeClip(bytes, limits, (frame) => void frames.push(frame));
  return frames;
}

it('is a clip that the server reads: every picture, in order, in time', async () => {
  const levels = [30, 90, 150, 210];
  const clip = motionJpegClip(await Promise.all(levels.map((level) => grey(level))), 500);
  expect(clip.type).toBe('video/avi');
  const frames = await decode(clip);
  expect(frames.map(({ milliseconds }) => milliseconds)).toEqual([0, 125, 250, 375]);
  const seen = frames.map(({ image }) => image.data[0]!);
  for (const [at, level] of levels.entries()) expect(Math.abs(seen[at]! - level)).toBeLessThan(6);
});

it('has an index that leads to every picture', async () => {
  const pictures = await Promise.all([grey(10), grey(100), grey(200)]);
  const bytes = Buffer.from(await motionJpegClip(pictures, 300).arrayBuffer());
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  const movi = bytes.indexOf('movi');
  const entries = bytes.indexOf('idx1') + 8;
  for (const [at, { jpeg }] of pictures.entries()) {
    const offset = movi + bytes.readUInt32LE(entries + at * 16 + 8);
    expect(bytes.toString('latin1', offset, offset + 4)).toBe('00dc');
    expect(bytes.readUInt32LE(offset + 4)).toBe(jpeg.length);
    expect(bytes.subarray(offset + 8, offset + 8 + jpeg.length).equals(jpeg)).toBe(true);
  }
});

it('leaves out pictures of another size, and is none without a picture', async () => {
  const clip = motionJpegClip([await grey(10), await grey(10, 48, 64), await grey(200)], 200);
  expect(await decode(clip)).toHaveLength(2);
  expect(() => motionJpegClip([], 100)).toThrow(RangeError);
});
