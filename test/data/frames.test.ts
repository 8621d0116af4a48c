import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeClip } from '../../src/media/decode-clip.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import { calibrationInUse } from '../../src/services/calibration-in-use.ts';
import { type FramesValidation, validateFrames } from '../../src/services/validate-frames.ts';
import { engineOptions, strongNets } from '../support/engine.ts';
import { encodeJpeg } from '../support/faces.ts';

// Posed frames cut out of clips, as a client would have taken them; the strong pack judges.

const shared = join(import.meta.dirname, '../../../shared');

let perception: Perception;
beforeAll(async () => {
  perception = await createInlinePerception(
    engineOptions({ modelsDir: join(shared, 'models'), antiSpoofNets: strongNets }),
  );
});
afterAll(() => perception?.close());

const options = () => ({
  threshold: 0.7,
  attackVeto: true,
  needsAntiSpoof: true,
  passive: calibrationInUse(perception),
  bystanderRatio: 0.5,
});

/** When to take each frame, in seconds. */
interface Times {
  readonly left: number;
  readonly right: number;
  readonly center: number;
  readonly blink: readonly number[];
}

/** Cuts JPEG files out of a clip. */
async function cut(path: string, seconds: readonly number[]): Promise<Buffer[]> {
  const files: Buffer[] = [];
  const limits = {
    maxBytes: 20_000_000,
    maxMilliseconds: 30_000,
    maxFrames: 1800,
    maxPixels: 4_000_000,
    maxSide: 1280,
    maxDecodeMilliseconds: 60_000,
  };
  await decodeClip(readFileSync(join(shared, 'data/B', path)), limits, async ({ image, milliseconds }) => {
    for (const [at, time] of seconds.entries())
      if (!files[at] && milliseconds >= time * 1000) files[at] = await encodeJpeg(image);
  });
  return files;
}

async function validate(path: string, { left, right, center, blink }: Times): Promise<FramesValidation> {
  const files = await cut(path, [left, right, center, ...blink]);
  expect(files).toHaveLength(3 + blink.length);
  const validation = await validateFrames(perception, options(), {
    left: files[0]!,
    right: files[1]!,
    center: files[2]!,
    blink: files.slice(3),
  });
  const { evidence, confidence, passed } = validation;
  console.log(
    `${path}: ${confidence.toFixed(2)}, ${passed} of 5, live ${evidence.liveProbability?.toFixed(2)}, ${evidence.signs}`,
  );
  return validation;
}

const blueWall = 'td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV';
const withoutBlink = 'td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV';
const bearded = 'pyimagesearch_zubair/real.mov';

describe('people are real', () => {
  it.each<[string, Times]>([
    [blueWall, { left: 6.2, right: 4, center: 8, blink: [1.2, 1.5, 1.77, 2.05] }],
    [blueWall, { left: 7, right: 3.3, center: 0.5, blink: [1.3, 1.6, 1.8] }],
    ['tranvanluyt/real.mp4', { left: 3.2, right: 9.6, center: 6.4, blink: [16.43, 16.6, 16.8] }],
    ['tranvanluyt/real.mp4', { left: 2.4, right: 8.8, center: 6.8, blink: [17.5, 17.78, 18.1, 18.4] }],
    [bearded, { left: 10.8, right: 7.2, center: 0.13, blink: [5.34, 5.52, 5.68, 5.86] }],
  ])('%s %j', async (path, times) => {
    const { isReal, passed, confidence, evidence } = await validate(path, times);
    expect(evidence.signs).toEqual([]);
    expect(passed).toBe(5);
    expect(confidence).toBeGreaterThanOrEqual(0.7);
    expect(isReal).toBe(true);
  });
});

describe('less than was asked for is not enough', () => {
  it('no blink', async () => {
    const times = { left: 2.6, right: 4.8, center: 0.2, blink: [5.9, 6.1, 6.3] };
    const { checks, passed, confidence } = await validate(withoutBlink, times);
    expect(checks.blink).toMatchObject({ valid: false, count: 0, measured: 3 });
    expect(passed).toBe(4);
    expect(confidence).toBeLessThan(0.7);
  });

  it('no turn to the left', async () => {
    const times = { left: 8.1, right: 4, center: 8, blink: [1.2, 1.5, 1.77, 2.05] };
    const { checks, confidence } = await validate(blueWall, times);
    expect(checks.left).toMatchObject({ valid: false, actual: 'center' });
    expect(confidence).toBeLessThan(0.7);
  });
});

describe('attacks are not', () => {
  it.each<[string, Times]>([
    ['tranvanluyt/fake.mp4', { left: 5.6, right: 12, center: 10, blink: [18.7, 19.2, 19.6] }],
    ['tranvanluyt/fake.mp4', { left: 7.2, right: 12.4, center: 9.2, blink: [19, 19.2, 19.4, 20] }],
    ['pyimagesearch_zubair/fake.mp4', { left: 5.9, right: 8, center: 3.2, blink: [4, 4.3, 4.6] }],
    ['lestari/fake.mp4', { left: 0.2, right: 0.8, center: 1, blink: [1.4, 1.6, 1.8] }],
    ['manikantha/fake.mp4', { left: 9.2, right: 5.6, center: 1.2, blink: [8, 8.4, 8.8] }],
  ])('%s %j', async (path, times) => {
    const { isReal, confidence, evidence, vetoed } = await validate(path, times);
    expect(evidence.signs).toContain('attack_scores');
    expect(vetoed).toBe(true);
    expect(confidence).toBeLessThan(0.36);
    expect(isReal).toBe(false);
  });

  it('a person who hands over to another one, or to a screen', async () => {
    const [left, right, center] = await cut(blueWall, [6.2, 4, 8]);
    const blinks = [
      await cut('tranvanluyt/real.mp4', [16.1, 16.43, 16.8]),
      await cut('tranvanluyt/fake.mp4', [18.7, 19.2, 19.6]),
    ];
    for (const blink of blinks) {
      const pictures = { left: left!, right: right!, center: center!, blink };
      const { isReal, evidence } = await validateFrames(perception, options(), pictures);
      expect(evidence.signs).toContain('another_person');
      expect(isReal).toBe(false);
    }
  });
});
