import { describe, expect, it } from 'vitest';
import type { SourceUnits } from './answers.ts';
import { compareDecisions } from './decision-comparison.ts';
import { drawSubjects } from './draws.ts';
import { type Answer, makeUnits, type ScoredFile } from './units.ts';

type Row = readonly [raw: number, answer: Answer];

const kinds = ['calibrated', 'raw_mean'] as const;

function source(name: string, live: readonly Row[], attacks: readonly Row[]): SourceUnits {
  const file = ([raw, answer]: Row, isLive: boolean, at: number): ScoredFile => ({
    path: `${name}/${isLive}/${at}`,
    source: name,
    live: isLive,
    species: isLive ? 'live' : 'print',
    subject: `${name} ${at}`,
    clip: undefined,
    outcome: {
      scores: {
        calibrated: { logOdds: raw, answer, hasObstacle: false },
        raw_mean: { logOdds: raw, answer: null, hasObstacle: false },
      },
    },
  });
  const files = [
    ...live.map((row, at) => file(row, true, at)),
    ...attacks.map((row, at) => file(row, false, at)),
  ];
  return {
    source: name,
    units: makeUnits(files, { unit: 'subject', kinds, limits: () => null }),
    draws: drawSubjects(
      files.map(({ subject }) => subject!),
      name,
      { seed: 1, draws: 200 },
    ),
  };
}

/** The best cut calls one attack of four live; ours abstains at that one, and errs at a person. */
const camera = source(
  'camera',
  [
    [5, 'live'],
    [4, 'live'],
    [3, 'attack'],
    [2, 'inconclusive'],
  ],
  [
    [2.5, 'inconclusive'],
    [-1, 'attack'],
    [-2, 'attack'],
    [-3, 'attack'],
  ],
);

describe('compareDecisions', () => {
  it('counts both errors of ours, and of the best cut of the raw mean', () => {
    const compared = compareDecisions([camera], kinds)!;
    expect(compared).toMatchObject({
      kind: 'calibrated',
      sources: ['camera'],
      units: { bonaFide: 4, attack: 4 },
      ours: { apcer: { value: 0 }, bpcer: { value: 0.25 }, halfTotalErrorRate: { value: 0.125 } },
      // From 0.5 up, halfway from the attack below to the person above, all people and one attack are called live.
      baseline: {
        threshold: 0.5,
        apcer: { value: 0.25 },
        bpcer: { value: 0 },
        halfTotalErrorRate: { value: 0.125 },
      },
      inconclusive: { bonaFide: { value: 0.25 }, attack: { value: 0.25 } },
      difference: { value: 0 },
    });
  });

  it('asks once more of what ours answered, where the raw mean has a cut without an error', () => {
    const { answered } = compareDecisions([camera], kinds)!;
    expect(answered).toMatchObject({
      units: { bonaFide: 3, attack: 3 },
      ours: { bpcer: { value: 1 / 3 }, halfTotalErrorRate: { value: 1 / 6 } },
      baseline: { threshold: 1, halfTotalErrorRate: { value: 0 } },
      difference: { value: 1 / 6 },
    });
    // Whoever it is that is drawn, ours never errs less.
    expect(answered!.difference.low).toBe(0);
    expect(answered!.difference.high).toBeGreaterThan(1 / 6);
  });

  it('weighs sources alike, and leaves out those of one class', () => {
    const many = Array.from({ length: 30 }, (): Row => [5, 'live']);
    const perfect = source('perfect', many, [[-5, 'attack']]);
    const { sources, ours, units } = compareDecisions([camera, perfect, source('live', many, [])], kinds)!;
    expect(sources).toEqual(['camera', 'perfect']);
    expect(units).toEqual({ bonaFide: 34, attack: 5 });
    expect(ours.halfTotalErrorRate.value).toBe(0.125 / 2);
  });

  it('takes the answers of who had not seen the source, where there are some', () => {
    expect(compareDecisions([camera], [...kinds, 'leave_one_source_out'])).toBeNull();
    const unseen: SourceUnits = {
      ...camera,
      units: camera.units.map((unit) => ({
        ...unit,
        scores: { ...unit.scores, leave_one_source_out: { logOdds: 0, answer: 'live' } },
      })),
    };
    expect(compareDecisions([unseen], [...kinds, 'leave_one_source_out'])).toMatchObject({
      kind: 'leave_one_source_out',
      ours: { apcer: { value: 1 }, bpcer: { value: 0 } },
    });
  });

  it('has nothing to compare where ours answers nothing, or a class is missing', () => {
    const unsure = source('unsure', [[5, 'inconclusive']], [[-5, 'inconclusive']]);
    expect(compareDecisions([unsure], kinds)).toMatchObject({
      ours: { halfTotalErrorRate: { value: 0 } },
      inconclusive: { bonaFide: { value: 1 }, attack: { value: 1 } },
      answered: null,
    });
    expect(compareDecisions([source('live', [[5, 'live']], [])], kinds)).toBeNull();
    expect(compareDecisions([], kinds)).toBeNull();
  });
});
