import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosineDistance, meanEmbedding } from '../../src/decisions/embedding.ts';
import { type FaceFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import { anotherPersonFrom } from '../../src/decisions/same-person.ts';
import type { EmbedderName, Engine } from '../../src/perception/engine.ts';
import { createEngine } from '../../src/perception/load-engine.ts';
import { engineOptions } from '../support/engine.ts';

const shared = join(import.meta.dirname, '../../../shared');

/** The clips of `decisions/calibration/same-person.json`, and who is in them. */
const clips = [
  ['tranvanluyt/real.mp4', 'tranvanluyt'],
  ['tranvanluyt/fake.mp4', 'tranvanluyt'],
  ['td_real/0001e96803--621f73fc7c3ae23005b89f74/live_video.MOV', 'td_real 621f'],
  ['td_real/0001e96803--6238f1fa0478c01e4272b19c/live_video.MOV', 'td_real 6238'],
  ['liveportrait/driving/d9.mp4', 'd9'],
  ['liveportrait/driving/d10.mp4', 'd10'],
  ['liveportrait/driving/d13.mp4', 'd13'],
  ['liveportrait/driving/d18.mp4', 'd18'],
  ['tps_driving/assets/driving.mp4', 'tps'],
  ['pyimagesearch_zubair/real.mov', 'zubair'],
  ['pyimagesearch_zubair/fake.mp4', 'zubair'],
  ['lestari/real.mp4', 'lestari'],
  ['lestari/fake.mp4', 'lestari'],
  ['proctoring_ai/eye_tracking/center_left_center.mp4', 'proctoring_ai'],
] as const;

/** Embeddings of one person, in the order of time. */
interface Series {
  readonly person: string;
  readonly vectors: readonly Float32Array[];
}

async function embedAll(embedder: EmbedderName) {
  const [filmed, photographed]: [Series[], Series[]] = [[], []];
  const modelsDir = join(shared, 'models');
  const engine = await createEngine(engineOptions({ modelsDir, antiSpoofNets: [], embedder }));
  for (const [path, person] of clips) filmed.push({ person, vectors: await embedClip(engine, path) });
  const folder = join(shared, 'data/A/nuaa/ClientRaw');
  for (const subject of readdirSync(folder)) {
    photographed.push({ person: subject, vectors: await embedFolder(engine, join(folder, subject)) });
  }
  return { filmed, photographed };
}

/** Frontal frames, within 15° of the clip's median pitch. */
async function embedClip(engine: Engine, path: string): Promise<Float32Array[]> {
  const bytes = readFileSync(join(shared, 'data/B', path));
  const { frames } = await engine.analyseClip(bytes, { fullLookEvery: 150 }, () => false);
  const seen = frames.flatMap(({ faces: [face] }) => (face ? describeEmbedded(face) : []));
  const neutral = seen.map(({ pitch }) => pitch).sort((one, other) => one - other)[seen.length >> 1]!;
  return seen
    .filter(({ yaw, pitch }) => Math.abs(yaw) <= 25 && Math.abs(pitch - neutral) <= 15)
    .map(({ vector }) => vector);
}

function describeEmbedded({ embedding, pose }: FaceFacts) {
  if (embedding.status !== 'measured' || pose.status !== 'measured') return [];
  return [{ vector: embedding.value.vector, yaw: pose.value.yaw, pitch: pose.value.pitch }];
}

/** Pictures by session, then by their number in it. */
async function embedFolder(engine: Engine, folder: string): Promise<Float32Array[]> {
  const number = (name: string) => Number(/_(\d+)\.jpg$/.exec(name)?.[1]);
  const session = (name: string) => name.replace(/_\d+\.jpg$/, '');
  const names = readdirSync(folder).sort(
    (one, other) => session(one).localeCompare(session(other)) || number(one) - number(other),
  );
  const vectors: Float32Array[] = [];
  for (const name of names) {
    const request = { measuredFaces: 1, measure: ['embedding'], search: 'glance' } as const;
    const { faces } = await engine.analyseImage(readFileSync(join(folder, name)), request, () => false);
    const embedding = faces[0] && valueIfMeasured(faces[0].embedding);
    if (embedding) vectors.push(embedding.vector);
  }
  return vectors;
}

/** Means of every `frames` consecutive embeddings. */
function means({ vectors }: Series, frames: number): Float32Array[] {
  return vectors
    .slice(0, vectors.length - frames + 1)
    .map((_, at) => meanEmbedding(vectors.slice(at, at + frames)));
}

/** Distances within each series, between means that share no frame. */
function distancesWithin(series: readonly Series[], frames: number): number[] {
  return series.flatMap((one) => {
    const all = means(one, frames);
    return all.flatMap((later, at) =>
      all.slice(0, Math.max(at - frames + 1, 0)).map((earlier) => cosineDistance(earlier, later)),
    );
  });
}

/** Distances between the series of different people. */
function distancesBetween(series: readonly Series[], frames: number): number[] {
  const all = series.map((one) => ({ person: one.person, vectors: means(one, frames) }));
  return all.flatMap((one, at) =>
    all
      .slice(0, at)
      .filter(({ person }) => person !== one.person)
      .flatMap(({ vectors }) =>
        vectors.flatMap((vector) => one.vectors.map((other) => cosineDistance(vector, other))),
      ),
  );
}

function share(distances: readonly number[], isCounted: (distance: number) => boolean): number {
  return distances.filter(isCounted).length / distances.length;
}

const percent = (rate: number) => `${(100 * rate).toFixed(3)} %`;

/** What each embedder may miss, by the frames of a mean: a little more than `same-person.json` says. */
const expected = [
  {
    embedder: 'dlib-resnet',
    missed: {
      3: { inClips: 0.003, inNuaa: 0.12 },
      2: { inClips: 0.012, inNuaa: 0.16 },
      1: { inClips: 0.05, inNuaa: 0.3 },
    },
  },
  {
    embedder: 'mobilefacenet',
    missed: {
      3: { inClips: 0.002, inNuaa: 0.04 },
      2: { inClips: 0.006, inNuaa: 0.05 },
      1: { inClips: 0.03, inNuaa: 0.08 },
    },
  },
] as const;

describe.each(expected)('one face throughout, by $embedder', ({ embedder, missed }) => {
  let filmed: readonly Series[];
  let photographed: readonly Series[];
  beforeAll(async () => {
    ({ filmed, photographed } = await embedAll(embedder));
  });

  it.each([3, 2, 1] as const)('is told from means of %i', (frames) => {
    const limit = anotherPersonFrom({ model: embedder }, frames);
    const within = distancesWithin(filmed, frames);
    const falseAlarms = share(within, (distance) => distance >= limit);
    const clipsMissed = share(distancesBetween(filmed, frames), (distance) => distance < limit);
    const nuaaMissed = share(distancesBetween(photographed, frames), (distance) => distance < limit);
    console.log(
      `${embedder}, ${frames} frame(s), limit ${limit}: one person taken for two in ${percent(falseAlarms)} of ` +
        `${within.length} pairs; two taken for one in ${percent(clipsMissed)} of pairs of clips, ` +
        `${percent(nuaaMissed)} of nuaa`,
    );
    expect(within.length).toBeGreaterThan(20_000);
    expect(falseAlarms).toBeLessThan(0.002);
    expect(clipsMissed).toBeLessThan(missed[frames].inClips);
    expect(nuaaMissed).toBeLessThan(missed[frames].inNuaa);
  });
});
