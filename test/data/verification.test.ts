import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import matchScale from '../../src/decisions/calibration/match-scale.json' with { type: 'json' };
import { cosineDistance, meanEmbedding } from '../../src/decisions/embedding.ts';
import { exactInterval } from '../../src/decisions/exact-interval.ts';
import { type FrameFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import { matchDistance, recommendedMatchDistance } from '../../src/decisions/match-scale.ts';
import type { Engine } from '../../src/perception/engine.ts';
import { createEngine } from '../../src/perception/load-engine.ts';
import { engineOptions } from '../support/engine.ts';
import {
  acceptedAt,
  allPairs,
  areaUnderCurve,
  comparePairs,
  type Estimate,
  estimate,
  falseMatches,
  falseNonMatches,
  numberPeople,
  type Portrait,
  shown,
} from '../support/verification.ts';

// Who is who, by each embedder: on pairs of press photographs, and across sessions before a webcam. Distances are
// those that clients see (`decisions/match-scale.ts`). Intervals are of 95 %; `verification.ts` says of what.

const shared = join(import.meta.dirname, '../../../shared');
const data = join(shared, 'data');

/** What each embedder must at least do. The default one with what a fresh machine has, the other with its pack. */
const expected = [
  {
    embedder: 'dlib-resnet',
    modelsDir: 'none',
    lfw: { accuracy: 0.98, area: 0.995, accepted: [0.97, 0.92], falseMatches: 0.0001 },
    nuaa: { 1: [0.07, 0.07, 0.85], 3: [0.09, 0.03, 0.93], 5: [0.1, 0.03, 0.93] },
  },
  {
    embedder: 'mobilefacenet',
    modelsDir: join(shared, 'models'),
    lfw: { accuracy: 0.985, area: 0.993, accepted: [0.98, 0.95], falseMatches: 0.0001 },
    nuaa: { 1: [0.01, 0.04, 0.97], 3: [0.015, 0.01, 0.98], 5: [0.02, 0.01, 0.98] },
  },
] as const;

/** The embedding of the face nearest to the centre, whom the pictures of both sets are of. */
async function embed(engine: Engine, path: string): Promise<Float32Array | undefined> {
  const request = { measuredFaces: 10, measure: ['embedding'] } as const;
  const facts = await engine.analyseImage(readFileSync(join(data, path)), request, () => false);
  const face = central(facts);
  return face && valueIfMeasured(face.embedding)?.vector;
}

function central({ faces, width, height }: FrameFacts): FrameFacts['faces'][number] | undefined {
  const fromCentre = ({ box }: FrameFacts['faces'][number]) =>
    Math.hypot(box.x + (box.width - width) / 2, box.y + (box.height - height) / 2);
  return faces.toSorted((one, other) => fromCentre(one) - fromCentre(other))[0];
}

/** The pictures of the listed pairs of LFW, and the pairs, of which some may have no face. */
async function readLfw(engine: Engine) {
  const [, ...lines] = readFileSync(join(data, 'C/lfw_pairs.csv'), 'utf8').trim().split(/\r?\n/);
  const listed = lines.map((line) => line.split(',') as [string, string, string]);
  const portraits = new Map<string, Portrait>();
  for (const path of new Set(listed.flatMap((pair) => pair.slice(0, 2)))) {
    const vector = await embed(engine, path);
    if (vector) portraits.set(path, { person: basename(path).replace(/_\d+\.jpg$/, ''), vector });
  }
  const pairs = listed.flatMap(([one, other, same]) => {
    const [a, b] = [portraits.get(one), portraits.get(other)];
    if (a && b) expect(a.person === b.person).toBe(same === '1');
    return a && b ? [[a, b] as const] : [];
  });
  return { portraits: [...portraits.values()], pairs, unmeasured: listed.length - pairs.length };
}

interface SessionPortrait extends Portrait {
  readonly session: string;
}

/** The live pictures of nuaa in the order of time: `subject_glasses_place_session_number.jpg`. */
async function readNuaa(engine: Engine): Promise<SessionPortrait[]> {
  const portraits: (SessionPortrait & { number: number })[] = [];
  const folder = 'A/nuaa/ClientRaw';
  for (const person of readdirSync(join(data, folder)))
    for (const name of readdirSync(join(data, folder, person))) {
      const [, , , session = '', number] = name.split(/[_.]/);
      const vector = await embed(engine, `${folder}/${person}/${name}`);
      if (vector) portraits.push({ person, session, number: Number(number), vector });
    }
  return portraits.sort((one, other) => one.number - other.number);
}

/** Means of every so many pictures that follow each other in a session. */
function means(portraits: readonly SessionPortrait[], pictures: number): SessionPortrait[] {
  const sessions = new Map<string, SessionPortrait[]>();
  for (const portrait of portraits) {
    const key = `${portrait.person} ${portrait.session}`;
    sessions.set(key, [...(sessions.get(key) ?? []), portrait]);
  }
  return [...sessions.values()].flatMap((session) =>
    session.slice(0, Math.max(session.length - pictures + 1, 0)).map((first, at) => ({
      ...first,
      vector: meanEmbedding(session.slice(at, at + pictures).map(({ vector }) => vector)),
    })),
  );
}

/**
 * Accuracy by the protocol of LFW: for each tenth of the pairs, at the limit that suits the others best.
 *
 * @param labelled in the order of the list: tenths of sorted pairs would be too much alike
 */
function foldAccuracies(
  labelled: readonly { readonly same: boolean; readonly distance: number }[],
  folds: number,
): number[] {
  const accuracyAt = (limit: number, pairs: typeof labelled) =>
    pairs.filter(({ same, distance }) => same === distance < limit).length / pairs.length;
  return Array.from({ length: folds }, (_, fold) => {
    const known = labelled.filter((_pair, at) => at % folds !== fold);
    const best = known
      .map(({ distance }) => ({ distance, accuracy: accuracyAt(distance, known) }))
      .reduce((most, limit) => (limit.accuracy > most.accuracy ? limit : most));
    return accuracyAt(
      best.distance,
      labelled.filter((_pair, at) => at % folds === fold),
    );
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(expected)('$embedder', ({ embedder, modelsDir, lfw, nuaa }) => {
  let engine: Engine;
  const distanceOf = (one: Portrait, other: Portrait) =>
    matchDistance(embedder, cosineDistance(one.vector, other.vector));
  beforeAll(async () => {
    engine = await createEngine(engineOptions({ embedder, modelsDir, antiSpoofNets: [] }));
  });

  it('makes vectors of the space that was calibrated', async () => {
    const [name] = readdirSync(join(data, 'A/nuaa/ClientRaw/0001'));
    const picture = readFileSync(join(data, 'A/nuaa/ClientRaw/0001', name!));
    const facts = await engine.analyseImage(
      picture,
      { measuredFaces: 1, measure: ['embedding'] },
      () => false,
    );
    const embedding = valueIfMeasured(facts.faces[0]!.embedding)!;
    const { recipe } = matchScale.embedders[embedder];
    expect(embedding).toMatchObject({ model: embedder, modelHash: matchScale.models[embedder], recipe });
    expect(Math.hypot(...embedding.vector)).toBeCloseTo(1, 5);
  });

  it('tells people of Labeled Faces in the Wild apart', async () => {
    const { portraits, pairs, unmeasured } = await readLfw(engine);
    const people = numberPeople(portraits);
    const listed = comparePairs(pairs, people, distanceOf);
    const strangers = comparePairs(
      [...allPairs(portraits)].filter(([one, other]) => one.person !== other.person),
      people,
      distanceOf,
    );
    const all = { ...strangers, genuine: listed.genuine };
    const folds = foldAccuracies(
      pairs.map(([one, other]) => ({ same: one.person === other.person, distance: distanceOf(one, other) })),
      10,
    );
    const accuracy = mean(folds);
    const error = Math.sqrt(mean(folds.map((value) => (value - accuracy) ** 2)) / 9);
    const area = estimate(listed, areaUnderCurve, 500);
    const accepted = [0.01, 0.001].map((rate) => estimate(all, acceptedAt(rate), 200));
    const matches = estimate(all, falseMatches(recommendedMatchDistance), 200);
    const misses = estimate(all, falseNonMatches(recommendedMatchDistance), 500);
    console.log(
      `${embedder}, LFW: ${listed.genuine.length} pairs of one person, ${listed.impostor.length} of two, ` +
        `${unmeasured} not measured; ${strangers.impostor.length} pairs of strangers, ${people.size} people\n` +
        `  accuracy   ${(100 * accuracy).toFixed(2)} % ± ${(100 * error).toFixed(2)} (standard error of ten folds)\n` +
        `  AUC        ${area.value.toFixed(4)} (${area.low.toFixed(4)} to ${area.high.toFixed(4)})\n` +
        `  TAR        ${shown(accepted[0]!)} at FAR 1 %, ${shown(accepted[1]!)} at FAR 0.1 %, among strangers\n` +
        `  at 0.35    FMR ${shown(matches, 4)}, FNMR ${shown(misses)}`,
    );
    expect(unmeasured).toBeLessThan(20);
    expect(accuracy).toBeGreaterThan(lfw.accuracy);
    expect(area.value).toBeGreaterThan(lfw.area);
    expect(accepted[0]!.value).toBeGreaterThan(lfw.accepted[0]);
    expect(accepted[1]!.value).toBeGreaterThan(lfw.accepted[1]);
    expect(matches.value).toBeLessThan(lfw.falseMatches);
  }, 1_800_000);

  it('knows people before a webcam again in another session', async () => {
    const portraits = await readNuaa(engine);
    const people = numberPeople(portraits);
    for (const pictures of [1, 3, 5] as const) {
      const across = comparePairs(
        [...allPairs(means(portraits, pictures))].filter(
          ([one, other]) => one.person !== other.person || one.session !== other.session,
        ),
        people,
        distanceOf,
      );
      const [matches, misses, ...stricter] = [recommendedMatchDistance, 0.3].flatMap((limit) => [
        estimate(across, falseMatches(limit), 1000),
        estimate(across, falseNonMatches(limit), 1000),
      ]) as [Estimate, Estimate, Estimate, Estimate];
      const accepted = [0.01, 0.001].map((rate) => estimate(across, acceptedAt(rate), 1000));
      const known = new Set(across.genuine.map(({ one }) => one)).size;
      const missed = new Set(
        across.genuine.flatMap(({ one, distance }) => (distance > recommendedMatchDistance ? one : [])),
      ).size;
      const exact = exactInterval(missed, known);
      console.log(
        `${embedder}, nuaa across sessions, means of ${pictures}: ${across.genuine.length} comparisons of ` +
          `${known} people, ${across.impostor.length} of strangers among ${people.size}\n` +
          `  at 0.35    FMR ${shown(matches)}, FNMR ${shown(misses)}\n` +
          `  at 0.3     FMR ${shown(stricter[0])}, FNMR ${shown(stricter[1])}\n` +
          `  TAR        ${shown(accepted[0]!)} at FAR 1 %, ${shown(accepted[1]!)} at FAR 0.1 %\n` +
          `  people ever refused at 0.35: ${missed} of ${known} (exact: ${(100 * exact.low).toFixed(0)} to ${(100 * exact.high).toFixed(0)} %)`,
      );
      const [mostMatches, mostMisses, leastAccepted] = nuaa[pictures];
      // Of two people there are no five pictures of each session.
      expect(known).toBe(pictures === 5 ? 4 : 6);
      expect(matches.value).toBeLessThan(mostMatches);
      expect(misses.value).toBeLessThan(mostMisses);
      expect(accepted[0]!.value).toBeGreaterThan(leastAccepted);
    }
  });
});
