import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaceFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import { engineOptions } from '../support/engine.ts';
import { loadSampleFaces, photographPath, type SampleFace } from '../support/faces.ts';
import { onFrame, turned } from '../support/frames.ts';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));

let perception: Perception;
let people: readonly SampleFace[];

beforeAll(async () => {
  perception = await createInlinePerception(
    engineOptions({
      modelsDir: `${shared}/models`,
      antiSpoofNets: ['minifasnet-v2', 'minifasnet-v1se', 'minifasnet-v2se'],
    }),
  );
  people = await loadSampleFaces(perception);
});

afterAll(() => perception?.close());

async function largestFace(bytes: Uint8Array): Promise<FaceFacts | undefined> {
  return (await perception.analyseImage(bytes, { measuredFaces: 1 })).faces[0];
}

describe('YuNet', () => {
  it('finds faces from 5 % to 95 % of the height of every frame', async () => {
    for (const [width, height] of [
      [640, 480],
      [480, 640],
      [1920, 1080],
      [720, 1600],
    ] as const) {
      for (const share of [0.05, 0.1, 0.25, 0.5, 0.95]) {
        if (share * height > width) continue;
        const face = await largestFace(await onFrame(people[0]!, width, height, share));
        const which = `${width} × ${height} at ${share}`;
        expect(face, which).toBeDefined();
        expect(face!.box.height / (share * height), which).toBeGreaterThan(0.6);
        expect(face!.box.height / (share * height), which).toBeLessThan(1.6);
      }
    }
  });

  it('is put right where it misplaces the eyes of people on their side or their head', async () => {
    let right = 0;
    for (const someone of people.slice(0, 6)) {
      const { roll } = valueIfMeasured(someone.face.pose)!;
      for (const degrees of [90, 180, 270]) {
        const pose = valueIfMeasured((await largestFace(await turned(degrees, someone)))!.pose);
        if (pose && Math.abs(((pose.roll - roll - degrees + 540) % 360) - 180) < 8) right++;
      }
    }
    expect(right).toBeGreaterThanOrEqual(17);
  });

  it('finds everybody in a group', async () => {
    const { faces } = await perception.analyseImage(readFileSync(photographPath('sample5.jpg')), {
      measuredFaces: 0,
    });
    expect(faces.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the anti-spoof nets', () => {
  /** Scores of V2, V1SE and V2SE as this pipeline first gave them; YuNet's boxes, BGR, Silent-Face's crop. */
  const known = [
    ['A/nuaa/ClientRaw/0001/0001_00_00_01_0.jpg', 0.365, 0.656, 1],
    ['A/nuaa/ImposterRaw/0001/0001_00_00_01_0.jpg', 0, 0.001, 0.001],
    ['A/vf_tranvanluyt/real_029.jpg', 1, 0.998, 0.221],
    ['A/vf_tranvanluyt/fake_001.jpg', 0, 0, 0],
    ['A/sdk_faceonlive/att_1.jpg', 0.867, 0.725, 1],
  ] as const;

  const scores = async (bytes: Uint8Array) => {
    const { antiSpoof } = (await largestFace(bytes)) as FaceFacts;
    return Object.values(antiSpoof).map((score) => valueIfMeasured(score)!.live);
  };

  it.each(known)('score %s as they always did', async (path, ...expected) => {
    const measured = await scores(readFileSync(`${shared}/data/${path}`));
    measured.forEach((live, net) => {
      expect(Math.abs(live - expected[net]!)).toBeLessThan(0.03);
    });
  });

  it('would notice red and blue exchanged', async () => {
    const bytes = readFileSync(`${shared}/data/A/sdk_faceonlive/att_1.jpg`);
    const exchanged = await sharp(bytes)
      .recomb([
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 0],
      ])
      .png()
      .toBuffer();
    const [v2 = 0, v1se = 0] = await scores(exchanged);
    expect(0.867 - v2).toBeGreaterThan(0.3);
    expect(0.725 - v1se).toBeGreaterThan(0.15);
  });
});
