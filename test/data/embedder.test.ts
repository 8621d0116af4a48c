import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Fact, type FrameFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import { cosineDistance } from '../../src/decisions/same-person.ts';
import { createEngine } from '../../src/perception/load-engine.ts';
import { engineOptions } from '../support/engine.ts';

const data = join(import.meta.dirname, '../../../shared/data');

/** A pair of pictures: whether they show one person, and how far apart their embeddings are. */
interface Pair {
  readonly same: boolean;
  readonly distance: number;
}

/** The listed pairs. */
let pairs: readonly Pair[];
/** Listed pairs with a picture in which no face was found. */
let unmeasured: number;
/** Distances between any two pictures of different people: many more than are listed. */
let strangers: readonly number[];

beforeAll(async () => {
  const engine = await createEngine(engineOptions());
  const embeddings = new Map<string, Float32Array | undefined>();
  const embed = async (path: string) => {
    if (!embeddings.has(path)) {
      const bytes = readFileSync(join(data, path));
      const request = { measuredFaces: 10, measure: ['embedding'] } as const;
      embeddings.set(path, centralVector(await engine.analyseImage(bytes, request, () => false)));
    }
    return embeddings.get(path);
  };
  const [, ...lines] = readFileSync(join(data, 'C/lfw_pairs.csv'), 'utf8').trim().split(/\r?\n/);
  const compared: Pair[] = [];
  for (const line of lines) {
    const [a = '', b = '', same] = line.split(',');
    const [one, other] = [await embed(a), await embed(b)];
    if (one && other) compared.push({ same: same === '1', distance: cosineDistance(one, other) });
  }
  pairs = compared;
  unmeasured = lines.length - compared.length;
  strangers = distancesBetweenStrangers(embeddings);
});

/** The embedding of the face nearest to the centre, whom the pictures of this set are named after. */
function centralVector({ faces, width, height }: FrameFacts): Float32Array | undefined {
  const fromCentre = ({ box }: (typeof faces)[number]) =>
    Math.hypot(box.x + (box.width - width) / 2, box.y + (box.height - height) / 2);
  const [central] = [...faces].sort((one, other) => fromCentre(one) - fromCentre(other));
  return central && valueIfMeasured(central.embedding as Fact<{ vector: Float32Array }>)?.vector;
}

function distancesBetweenStrangers(embeddings: ReadonlyMap<string, Float32Array | undefined>): number[] {
  const people = [...embeddings].flatMap(([path, vector]) =>
    vector ? [{ name: basename(path).replace(/_\d+\.jpg$/, ''), vector }] : [],
  );
  return people.flatMap((one, at) =>
    people
      .slice(0, at)
      .filter((other) => other.name !== one.name)
      .map((other) => cosineDistance(one.vector, other.vector)),
  );
}

/** Share of pairs that a limit (another person from there up) judges rightly. */
function accuracyAt(limit: number, judged: readonly Pair[]): number {
  return judged.filter(({ same, distance }) => same === distance < limit).length / judged.length;
}

/** For each tenth, its accuracy at the limit that suits the other nine best (the protocol of LFW). */
function foldAccuracies(folds: number): number[] {
  return Array.from({ length: folds }, (_, fold) => {
    const isHeldOut = (_pair: Pair, at: number) => at % folds === fold;
    const known = pairs.filter((pair, at) => !isHeldOut(pair, at));
    const limits = known.map(({ distance }) => distance);
    const best = limits.reduce((most, limit) =>
      accuracyAt(limit, known) > accuracyAt(most, known) ? limit : most,
    );
    return accuracyAt(best, pairs.filter(isHeldOut));
  });
}

/** The chance that a pair of one person is closer than a pair of two. */
function areaUnderCurve(genuine: readonly number[], impostor: readonly number[]): number {
  let wins = 0;
  for (const one of genuine) for (const other of impostor) wins += one < other ? 1 : one === other ? 0.5 : 0;
  return wins / (genuine.length * impostor.length);
}

/** Share of genuine pairs below the limit that lets `rate` of the impostor pairs pass. */
function acceptedAt(rate: number, genuine: readonly number[], impostor: readonly number[]) {
  const limit = [...impostor].sort((one, other) => one - other)[Math.floor(rate * impostor.length)] as number;
  return { limit, rate: genuine.filter((distance) => distance < limit).length / genuine.length };
}

describe('the default embedder on Labeled Faces in the Wild', () => {
  it('tells people apart', () => {
    const genuine = pairs.filter(({ same }) => same).map(({ distance }) => distance);
    const impostor = pairs.filter(({ same }) => !same).map(({ distance }) => distance);
    const folds = foldAccuracies(10);
    const accuracy = folds.reduce((sum, value) => sum + value, 0) / folds.length;
    const spread = Math.sqrt(folds.reduce((sum, value) => sum + (value - accuracy) ** 2, 0) / 9);
    const area = areaUnderCurve(genuine, impostor);
    const accepted = [0.01, 0.001].map((rate) => acceptedAt(rate, genuine, strangers));
    console.log(
      `${genuine.length} pairs of one person, ${impostor.length} of two, ${unmeasured} not measured\n` +
        `accuracy ${accuracy.toFixed(4)} ± ${(spread / Math.sqrt(10)).toFixed(4)}, AUC ${area.toFixed(4)}\n` +
        `among ${strangers.length} pairs of strangers: TAR ${accepted[0]!.rate.toFixed(4)} at FAR 1 % ` +
        `(distance ${accepted[0]!.limit.toFixed(4)}), ${accepted[1]!.rate.toFixed(4)} at FAR 0.1 % ` +
        `(distance ${accepted[1]!.limit.toFixed(4)})`,
    );
    expect(unmeasured).toBeLessThan(20);
    expect(accuracy).toBeGreaterThan(0.975);
    expect(area).toBeGreaterThan(0.995);
    expect(accepted[0]!.rate).toBeGreaterThan(0.95);
    expect(accepted[1]!.rate).toBeGreaterThan(0.88);
  });
});
