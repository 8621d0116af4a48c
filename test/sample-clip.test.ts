import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { areComparable } from '../src/decisions/embedding.ts';
import { type ClipFacts, valueIfMeasured } from '../src/decisions/facts.ts';
import type { Perception } from '../src/perception/engine.ts';
import { encodeClip } from './support/encode-clip.ts';
import { engineOptions } from './support/engine.ts';
import { photographPath } from './support/faces.ts';
import { startPool } from './support/pool.ts';

// A few frames of a clip, measured in full, by a perception process: what comes through to the server.

const size = { width: 960, height: 640 };
let perception: Perception;
let facts: ClipFacts;

/** A camera that pans over a group photograph of three people: 40 frames, 30 a second, with no length declared. */
async function panOverGroup(): Promise<Uint8Array> {
  const photograph = await sharp(readFileSync(photographPath('sample1.jpg')))
    .resize(1100)
    .toBuffer();
  const frames = [];
  for (let at = 0; at < 40; at++) {
    const data = await sharp(photograph)
      .extract({ left: at, top: 10, ...size })
      .removeAlpha()
      .raw()
      .toBuffer();
    frames.push({ milliseconds: Math.round((at * 1000) / 30), image: { ...size, data } });
  }
  return encodeClip({ format: 'webm', codec: 'vp8', frames, muxer: { live: '1' } });
}

beforeAll(async () => {
  perception = await startPool(engineOptions(), { processes: 1 });
  const clip = await panOverGroup();
  facts = await perception.analyseClip(clip, {
    frames: 5,
    measure: ['eyes', 'texture', 'embedding', 'crop'],
  });
});

afterAll(() => perception?.close());

test('as many frames as asked for are looked at, evenly apart, though all are decoded', () => {
  expect(facts.decodedFrames).toBe(40);
  const times = facts.frames.map(({ capturedAt }) => capturedAt!);
  expect(times).toHaveLength(5);
  for (const [at, time] of times.entries()) expect(Math.abs(time - (at + 0.5) * 260)).toBeLessThan(40);
});

test('the largest face of each is measured in full, and the others are mentioned', () => {
  for (const { faces } of facts.frames) {
    expect(faces).toHaveLength(3);
    const [largest, ...others] = faces;
    for (const fact of [largest!.texture, largest!.eyes, largest!.embedding, largest!.pose])
      expect(fact.status).toBe('measured');
    for (const other of others)
      expect(other.embedding).toEqual({ status: 'unavailable', reason: 'not_requested' });
  }
  const [first, ...rest] = facts.frames.map(({ faces }) => valueIfMeasured(faces[0]!.embedding)!);
  for (const other of rest) expect(areComparable(first!, other)).toBe(true);
});

test('the crops are JPEGs of the face, plain bytes on this side too', async () => {
  for (const { faces } of facts.frames) {
    const crop = valueIfMeasured(faces[0]!.crop)!;
    expect(Object.prototype.toString.call(crop)).toBe('[object Uint8Array]');
    const { format, width, height, exif } = await sharp(crop).metadata();
    expect({ format, exif }).toEqual({ format: 'jpeg', exif: undefined });
    expect(Math.abs(width - 1.6 * faces[0]!.box.width)).toBeLessThan(3);
    expect(Math.abs(height - 1.6 * faces[0]!.box.height)).toBeLessThan(3);
  }
  expect(valueIfMeasured(facts.frames[0]!.faces[1]!.crop)).toBeUndefined();
});
