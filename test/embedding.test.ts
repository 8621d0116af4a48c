import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import matchScale from '../src/decisions/calibration/match-scale.json' with { type: 'json' };
import { cosineDistance } from '../src/decisions/embedding.ts';
import { type FrameFacts, valueIfMeasured } from '../src/decisions/facts.ts';
import { anotherPersonFrom } from '../src/decisions/same-person.ts';
import type { Engine } from '../src/perception/engine.ts';
import { createEngine } from '../src/perception/load-engine.ts';
import { findModel } from '../src/perception/models/registry.ts';
import { engineOptions } from './support/engine.ts';
import { photographPath } from './support/faces.ts';

let engine: Engine;
/** The embeddings of each group photograph, its people from left to right. */
let groups: readonly (readonly Float32Array[])[];

const photographs = ['sample1.jpg', 'sample3.jpg', 'sample5.jpg', 'sample6.jpg'];

beforeAll(async () => {
  engine = await createEngine(engineOptions({ warmUp: true }));
  const embedded: Float32Array[][] = [];
  for (const name of photographs) embedded.push(await embedAll(readFileSync(photographPath(name))));
  groups = embedded;
});

function analyse(bytes: Buffer): Promise<FrameFacts> {
  return engine.analyseImage(bytes, { measuredFaces: 10, measure: ['embedding'] }, () => false);
}

async function embedAll(bytes: Buffer): Promise<Float32Array[]> {
  const { faces } = await analyse(bytes);
  const fromLeft = [...faces].sort((one, other) => one.box.x - other.box.x);
  return fromLeft.flatMap(({ embedding }) => valueIfMeasured(embedding)?.vector ?? []);
}

/** The right-hand woman of sample1.jpg, whom sample3.jpg shows in the middle. */
const inBoth = { sample1: 2, sample3: 1 };

describe('embeddings of faces', () => {
  it('are vectors of unit length that name their model, which is among those in use', async () => {
    const { faces, models, timings } = await analyse(readFileSync(photographPath('sample1.jpg')));
    const embedding = valueIfMeasured(faces[0]!.embedding);
    expect(embedding?.model).toBe('dlib-resnet');
    expect(embedding?.vector).toHaveLength(128);
    expect(Math.hypot(...embedding!.vector)).toBeCloseTo(1, 5);
    const { sha256 } = findModel('dlib-resnet');
    const { recipe } = matchScale.embedders['dlib-resnet'];
    expect(embedding).toMatchObject({ modelHash: sha256, recipe });
    expect(models).toContainEqual({ role: 'embedding', name: 'dlib-resnet', pack: 'embedded', sha256 });
    expect(timings.some(({ stage }) => stage === 'embedding')).toBe(true);
  });

  it('are measured only where they are asked for', async () => {
    const bytes = readFileSync(photographPath('sample1.jpg'));
    const { faces } = await engine.analyseImage(bytes, { measuredFaces: 1 }, () => false);
    expect(faces[0]?.embedding).toEqual({ status: 'unavailable', reason: 'not_requested' });
  });

  it('bring two photographs of one person together', () => {
    const [one, other] = [groups[0]![inBoth.sample1]!, groups[1]![inBoth.sample3]!];
    expect(cosineDistance(one, other)).toBeLessThan(anotherPersonFrom({ model: 'dlib-resnet' }, 3));
  });

  it('keep the people of one photograph apart', () => {
    const distances = groups.flatMap((people) =>
      people.flatMap((one, at) => people.slice(0, at).map((other) => cosineDistance(one, other))),
    );
    expect(distances.length).toBeGreaterThanOrEqual(20);
    expect(Math.min(...distances)).toBeGreaterThan(anotherPersonFrom({ model: 'dlib-resnet' }, 3));
  });

  it.each([
    ['half its size', (image: Sharp) => image.resize(960)],
    ['twice compressed', (image: Sharp) => image.jpeg({ quality: 40 })],
    ['darker', (image: Sharp) => image.modulate({ brightness: 0.6 })],
    ['leaning', (image: Sharp) => image.rotate(15, { background: 'grey' })],
    ['mirrored', (image: Sharp) => image.flop()],
  ])('hardly change in a photograph that is %s', async (change, alter) => {
    const bytes = await alter(sharp(readFileSync(photographPath('sample6.jpg')))).toBuffer();
    const people = groups[3]!;
    const altered = await embedAll(bytes);
    expect(altered).toHaveLength(people.length);
    if (change === 'mirrored') altered.reverse();
    for (const [at, person] of people.entries()) {
      expect(cosineDistance(person, altered[at]!)).toBeLessThan(0.01);
    }
  });
});
