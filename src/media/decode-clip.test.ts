import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ClipRecipe, encodeClip, encodeSilence } from '../../test/support/encode-clip.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import { type ClipFrame, type ClipLimits, decodeClip } from './decode-clip.ts';
import type { RgbImage } from './image.ts';

const limits: ClipLimits = {
  maxBytes: 20_000_000,
  maxMilliseconds: 30_000,
  maxFrames: 1000,
  maxPixels: 2_000_000,
  maxSide: 640,
  maxDecodeMilliseconds: 20_000,
};

/** A grey picture with a patch of its own colour in each corner; it grows brighter with `step`. */
function corners(step: number, width = 64, height = 48): RgbImage {
  const colours = { red: [220, 20, 20], green: [20, 200, 20], blue: [20, 20, 220], white: [235, 235, 235] };
  const data = new Uint8Array(width * height * 3).fill(60 + step * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = y < height / 4 ? 'top' : y >= (height * 3) / 4 ? 'bottom' : 'middle';
      const column = x < width / 4 ? 'left' : x >= (width * 3) / 4 ? 'right' : 'middle';
      const colour = { topleft: 'red', topright: 'green', bottomleft: 'blue', bottomright: 'white' }[
        row + column
      ];
      if (colour) data.set(colours[colour as keyof typeof colours], (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** The colours of the four corners, row by row. */
function cornerColours({ width, height, data }: RgbImage): string {
  const name = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    const bright = [...data.subarray(at, at + 3)].map((value) => value > 120);
    return (
      { 'true,false,false': 'red', 'false,true,false': 'green', 'false,false,true': 'blue' }[`${bright}`] ??
      'white'
    );
  };
  const [left, right, top, bottom] = [3, width - 4, 3, height - 4];
  return [name(left, top), name(right, top), name(left, bottom), name(right, bottom)].join(' ');
}

const clip = (times: readonly number[], recipe: Partial<ClipRecipe> = {}) =>
  encodeClip({
    format: 'mp4',
    codec: 'h264',
    frames: times.map((milliseconds, index) => ({ milliseconds, image: corners(index) })),
    ...recipe,
  });

async function decodeAll(bytes: Uint8Array, changes: Partial<ClipLimits> = {}) {
  const frames: ClipFrame[] = [];
  const summary = await decodeClip(bytes, { ...limits, ...changes }, (frame) => void frames.push(frame));
  return { summary, frames, times: frames.map(({ milliseconds }) => milliseconds) };
}

/** The code of the error that decoding ends with. */
async function refusal(bytes: Uint8Array, changes: Partial<ClipLimits> = {}): Promise<ErrorCode | 'none'> {
  try {
    await decodeAll(bytes, changes);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(BonafideError);
    return (error as BonafideError).code;
  }
}

const steady = Array.from({ length: 20 }, (_, index) => index * 40);
const live = { live: '1' };
const fragmented = { movflags: 'frag_keyframe+empty_moov' };

const kinds = [
  { format: 'mp4', codec: 'h264', container: 'mp4' },
  { format: 'mp4', codec: 'h264', container: 'mp4', muxer: fragmented },
  { format: 'mp4', codec: 'h264', container: 'mp4', muxer: { movflags: 'faststart' } },
  { format: 'mp4', codec: 'hevc', container: 'mp4' },
  { format: 'mp4', codec: 'vp9', container: 'mp4' },
  { format: 'mov', codec: 'mjpeg', container: 'mp4' },
  { format: 'webm', codec: 'vp8', container: 'matroska' },
  { format: 'webm', codec: 'vp8', container: 'matroska', muxer: live },
  { format: 'webm', codec: 'vp9', container: 'matroska' },
  { format: 'matroska', codec: 'h264', container: 'matroska' },
  { format: 'avi', codec: 'mjpeg', container: 'avi', ticks: 25 },
] as const;

describe.each(kinds)('$format with $codec $muxer', (kind) => {
  const { container, codec } = kind;
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await clip(steady, kind);
  });

  test('gives every frame with its time', async () => {
    const { summary, frames, times } = await decodeAll(bytes);
    expect(times).toEqual(steady);
    expect(summary).toEqual({ container, codec, frames: steady.length, milliseconds: steady.at(-1) });
    for (const { image, width, height } of frames) {
      expect({ width, height, size: image.data.length }).toEqual({
        width: 64,
        height: 48,
        size: 64 * 48 * 3,
      });
      expect(cornerColours(image)).toBe('red green blue white');
    }
    const middle = frames.map(({ image }) => image.data[(24 * 64 + 32) * 3] ?? 0);
    expect(middle.every((value, index) => Math.abs(value - 60 - index * 3) <= 6)).toBe(true);
  });

  test('gives a few frames, spread evenly', async () => {
    const { summary, frames, times } = await decodeAll(bytes, { shownFrames: 4 });
    expect(times).toEqual([120, 320, 480, 680]);
    expect(summary).toMatchObject({ frames: steady.length, milliseconds: steady.at(-1) });
    const middle = frames.map(({ image }) => image.data[(24 * 64 + 32) * 3] ?? 0);
    expect(middle.every((value, index) => Math.abs(value - 60 - times[index]! * (3 / 40)) <= 6)).toBe(true);
    expect((await decodeAll(bytes, { shownFrames: 24 })).times).toEqual(steady);
  });

  test.each([0.1, 0.5, 0.9, 0.98])('is refused when cut off at %d of its length', async (part) => {
    expect(await refusal(bytes.subarray(0, Math.floor(bytes.length * part)))).toBe('invalid_clip');
  });

  test('ends well or with an error of ours when bytes change', async () => {
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 100)) {
      for (const value of [0x00, 0x7f, 0xff]) {
        const mutant = Uint8Array.from(bytes).fill(value, at, at + 4);
        await refusal(mutant);
        if (value === 0xff) await refusal(mutant, { shownFrames: 3 });
      }
    }
  });
});

test.each([
  ['mp4', 'h264'],
  ['webm', 'vp8'],
] as const)('keeps the times of a variable frame rate: %s', async (format, codec) => {
  const times = [0, 33, 41, 180, 200, 1200];
  expect((await decodeAll(await clip(times, { format, codec }))).times).toEqual(times);
});

test('counts times from the first frame', async () => {
  const bytes = await clip([5000, 5040, 5080], { format: 'webm', codec: 'vp8' });
  expect((await decodeAll(bytes)).times).toEqual([0, 40, 80]);
});

test('decodes a single frame, which lasts no time', async () => {
  const { summary } = await decodeAll(await clip([0]));
  expect(summary).toMatchObject({ frames: 1, milliseconds: 0 });
});

test.each([
  ['turned clockwise', [0, 1, -1, 0], 'blue red white green'],
  ['turned about', [-1, 0, 0, -1], 'white blue green red'],
  ['turned counterclockwise', [0, -1, 1, 0], 'green white red blue'],
  ['mirrored', [-1, 0, 0, 1], 'green red white blue'],
  ['flipped', [1, 0, 0, -1], 'blue white red green'],
  ['transposed', [0, 1, 1, 0], 'red blue green white'],
  ['transposed the other way', [0, -1, -1, 0], 'white green blue red'],
] as const)('stands a clip upright that is to be %s', async (_name, turn, expected) => {
  const { frames } = await decodeAll(await clip([0], { turn }));
  const [{ image, width, height } = {} as ClipFrame] = frames;
  expect(cornerColours(image)).toBe(expected);
  expect([image.width, image.height]).toEqual(turn[0] === 0 ? [48, 64] : [64, 48]);
  expect([width, height]).toEqual([image.width, image.height]);
});

test('shrinks frames and says how large they were', async () => {
  const { frames } = await decodeAll(await clip([0], { turn: [0, 1, -1, 0] }), { maxSide: 32 });
  expect(frames[0]).toMatchObject({ width: 48, height: 64, image: { width: 24, height: 32 } });
  expect(cornerColours(frames[0]!.image)).toBe('blue red white green');
});

describe('refuses', () => {
  let bytes: Uint8Array;
  let open: Uint8Array;
  beforeAll(async () => {
    bytes = await clip(steady);
    open = await clip(steady, { format: 'webm', codec: 'vp8', muxer: live });
  });

  test('too many bytes', async () => {
    expect(await refusal(bytes, { maxBytes: bytes.length - 1 })).toBe('payload_too_large');
    expect(await refusal(bytes, { maxBytes: bytes.length })).toBe('none');
  });

  test('too long a clip, whether or not its header says how long it is', async () => {
    expect(await refusal(bytes, { maxMilliseconds: 700 })).toBe('clip_too_long');
    expect(await refusal(open, { maxMilliseconds: 700 })).toBe('clip_too_long');
    expect(await refusal(open, { maxMilliseconds: 760 })).toBe('none');
  });

  test('too many frames', async () => {
    expect(await refusal(bytes, { maxFrames: 19 })).toBe('clip_too_long');
    expect(await refusal(bytes, { maxFrames: 20 })).toBe('none');
  });

  test('too many pixels, also those that the header denies', async () => {
    expect(await refusal(bytes, { maxPixels: 64 * 48 - 1 })).toBe('too_many_pixels');
    const lie = Buffer.from(bytes);
    lie.writeUInt16BE(16, lie.indexOf('avc1', lie.indexOf('stsd')) + 28); // VisualSampleEntry.width
    expect(await refusal(lie)).toBe('none');
    expect(await refusal(lie, { maxPixels: 64 * 48 - 1 })).toBe('invalid_clip');
  });

  test('too long a work, but leaves the caller time', async () => {
    expect(await refusal(bytes, { maxDecodeMilliseconds: 0 })).toBe('deadline_exceeded');
    const patient = decodeClip(bytes, { ...limits, maxDecodeMilliseconds: 1500 }, () => sleep(100));
    expect(await patient).toMatchObject({ frames: 20 });
  });

  test('codecs that are not listed', async () => {
    expect(await refusal(await clip([0], { codec: 'mpeg4' }))).toBe('unsupported_format');
  });

  test('sound without a picture', async () => {
    expect(await refusal(await encodeSilence('matroska'))).toBe('invalid_clip');
  });

  test.each(['', 'not a clip', '#EXTM3U\nhttp://localhost/', '\0\0\0\x08moov', '\x1a\x45\xdf\xa3'])(
    'garbage: %j',
    async (text) => {
      expect(await refusal(Buffer.from(text, 'latin1'))).toBe('invalid_clip');
    },
  );
});

test('stops when asked to', async () => {
  let frames = 0;
  const stopped = decodeClip(
    await clip(steady),
    limits,
    () => void frames++,
    () => frames === 3,
  );
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(frames).toBe(3);
});

test('waits for the caller, and passes on what it throws', async () => {
  const bytes = await clip(steady);
  let busy = false;
  await decodeClip(bytes, limits, async () => {
    expect(busy).toBe(false);
    busy = true;
    await sleep(1);
    busy = false;
  });
  const failed = decodeClip(bytes, limits, () => Promise.reject(new RangeError('mine')));
  await expect(failed).rejects.toThrow(RangeError);
});
