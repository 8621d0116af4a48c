import { beforeAll, describe, expect, it } from 'vitest';
import { isMasked } from '../src/decisions/face-mask.ts';
import { type FaceFacts, valueIfMeasured } from '../src/decisions/facts.ts';
import type { RgbImage } from '../src/media/image.ts';
import type { Measurement, Perception } from '../src/perception/engine.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, type SampleFace } from './support/faces.ts';
import { maskColours, paintMask } from './support/painted-mask.ts';

// Real faces, the embedded pack, and masks painted here and now: what a fresh machine can check.

let perception: Perception;
let samples: readonly SampleFace[];
beforeAll(async () => {
  perception = await createInlinePerception(engineOptions());
  samples = await loadSampleFaces(perception);
});

async function look(image: RgbImage, measure: readonly Measurement[] = ['mask']): Promise<FaceFacts> {
  const { faces } = await perception.analyseImage(await encodeJpeg(image), { measuredFaces: 1, measure });
  expect(faces).toHaveLength(1);
  return faces[0] as FaceFacts;
}

describe('a worn mask', () => {
  it('is not seen on bare faces', async () => {
    expect(samples.length).toBeGreaterThanOrEqual(6);
    for (const { name, image } of samples) expect([name, isMasked(await look(image))]).toEqual([name, false]);
  });

  it.each(Object.entries(maskColours))('is seen where one is painted: %s', async (_name, colour) => {
    const missed: string[] = [];
    for (const { name, image, face } of samples) {
      const masked = await look(paintMask(image, face, colour));
      if (!isMasked(masked)) missed.push(`${name} ${valueIfMeasured(masked.mask)}`);
    }
    expect(missed).toEqual([]);
  });

  it('is not looked for unless it is asked for', async () => {
    const { mask } = await look(samples[0]!.image, ['eyes']);
    expect(mask).toEqual({ status: 'unavailable', reason: 'not_requested' });
  });
});
