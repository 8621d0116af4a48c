import { describe, expect, it } from 'vitest';
import { drawSubjects } from './draws.ts';
import { type CutSource, singleCuts } from './single-cut.ts';
import { makeUnits, type ScoredFile } from './units.ts';

function source(name: string, live: readonly number[], attacks: readonly number[], family = name): CutSource {
  const file = (score: number, isLive: boolean, at: number): ScoredFile => ({
    path: `${name}/${isLive}/${at}`,
    source: name,
    live: isLive,
    species: isLive ? 'live' : 'print',
    subject: `${name} ${at}`,
    clip: undefined,
    outcome: { scores: { raw_mean: { logOdds: score, answer: null, hasObstacle: false } } },
  });
  const files = [
    ...live.map((score, at) => file(score, true, at)),
    ...attacks.map((score, at) => file(score, false, at)),
  ];
  return {
    source: name,
    family,
    units: makeUnits(files, { unit: 'subject', kinds: ['raw_mean'], limits: () => null }),
    draws: drawSubjects(
      files.map(({ subject }) => subject!),
      name,
      { seed: 1, draws: 200 },
    ),
  };
}

// Both cameras tell apart without an error, but not at the same place.
const cameras = [source('a', [4, 5], [1, 2]), source('b', [1, 2], [-2, -1])];

describe('singleCuts', () => {
  it('finds the best cut for all in hindsight', () => {
    const [hindsight] = singleCuts(cameras, ['raw_mean'])!.rows;
    // At 0 both attacks of a pass; at 3 both live ones of b are refused: either way one rate of four is 1. Between
    // 1 and 2 one of each errs. The lowest of the best is taken.
    expect(hindsight).toMatchObject({ kind: 'raw_mean', chosen: 'hindsight', threshold: 0 });
    expect(hindsight!.halfTotalErrorRate.value).toBe(0.25);
    expect(hindsight!.apcer.value).toBe(0.5);
    expect(hindsight!.bpcer.value).toBe(0);
    expect(hindsight!.bySource).toEqual([
      { source: 'a', threshold: 0, apcer: 1, bpcer: 0 },
      { source: 'b', threshold: 0, apcer: 0, bpcer: 0 },
    ]);
  });

  it('tries the cut of the others, which knew nothing of the source', () => {
    const others = singleCuts(cameras, ['raw_mean'])!.rows.find(({ chosen }) => chosen === 'other_sources')!;
    expect(others.threshold).toBeNull();
    expect(others.bySource).toEqual([
      { source: 'a', threshold: 0, apcer: 1, bpcer: 0 },
      { source: 'b', threshold: 3, apcer: 0, bpcer: 1 },
    ]);
    expect(others.halfTotalErrorRate.value).toBe(0.5);
  });

  it('learns nothing from a relative', () => {
    const related = [source('a', [4, 5], [1, 2], 'same'), source('b', [1, 2], [-2, -1], 'same')];
    expect(singleCuts(related, ['raw_mean'])!.rows.map(({ chosen }) => chosen)).toEqual(['hindsight']);
  });

  it('has nothing to say without a source of both classes, or of scores that nobody has', () => {
    expect(singleCuts([], ['raw_mean'])).toBeNull();
    expect(singleCuts([source('a', [1], [])], ['raw_mean'])).toBeNull();
    expect(singleCuts(cameras, ['calibrated'])).toBeNull();
  });
});
