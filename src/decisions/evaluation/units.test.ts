import { describe, expect, it } from 'vitest';
import { type FileScore, makeUnits, meanLogOdds, type ScoredFile, type UnitOptions } from './units.ts';

const options: UnitOptions = {
  unit: 'subject',
  kinds: ['calibrated', 'raw_mean'],
  limits: () => ({ live: 2, attack: -1 }),
};

function file(path: string, given: Partial<ScoredFile> & { score?: Partial<FileScore> } = {}): ScoredFile {
  const { score, ...rest } = given;
  const one: FileScore = { logOdds: 0, answer: 'inconclusive', hasObstacle: false, ...score };
  return {
    path,
    source: 'camera',
    live: true,
    species: 'live',
    subject: undefined,
    clip: undefined,
    outcome: { scores: { calibrated: one, raw_mean: { ...one, answer: null } } },
    ...rest,
  };
}

describe('makeUnits', () => {
  const frames = [
    file('1', { subject: 'ann', clip: 'x' }),
    file('2', { subject: 'ann', clip: 'x' }),
    file('3', { subject: 'ann', clip: 'y' }),
    file('4', { clip: 'z' }),
    file('5'),
  ];

  it.each([
    ['subject', 3],
    ['clip', 4],
    ['file', 5],
  ] as const)('makes units by %s', (kind, count) => {
    expect(makeUnits(frames, { ...options, unit: kind })).toHaveLength(count);
  });

  it('keeps sources, species and classes of one subject apart', () => {
    const same = { subject: 'ann' };
    const units = makeUnits(
      [
        file('1', same),
        file('2', { ...same, live: false, species: 'print' }),
        file('3', { ...same, live: false, species: 'replay' }),
        file('4', { ...same, source: 'other' }),
      ],
      options,
    );
    expect(units.map(({ species, subject }) => [species, subject])).toEqual([
      ['live', 'ann'],
      ['print', 'ann'],
      ['replay', 'ann'],
      ['live', 'ann'],
    ]);
  });

  it('answers for one file as the decision did, whatever its score', () => {
    const [unit] = makeUnits([file('1', { score: { logOdds: 9 } })], options);
    expect(unit!.scores.calibrated).toEqual({ logOdds: 9, answer: 'inconclusive' });
  });

  const unitOf = (...scores: Partial<FileScore>[]) =>
    makeUnits(
      scores.map((score, at) => file(`${at}`, { clip: 'x', score })),
      { ...options, unit: 'clip' },
    )[0]!;

  it('answers for several by their mean score, at the limits', () => {
    expect(unitOf({ logOdds: 1 }, { logOdds: 3 }).scores.calibrated).toEqual({ logOdds: 2, answer: 'live' });
    expect(unitOf({ logOdds: -3 }, { logOdds: 1 }).scores.calibrated!.answer).toBe('attack');
    expect(unitOf({ logOdds: 1 }, { logOdds: 2 }).scores.calibrated!.answer).toBe('inconclusive');
  });

  it('lets files with an obstacle count only where there is no other', () => {
    const turned = { logOdds: -9, hasObstacle: true };
    expect(unitOf({ logOdds: 3 }, turned).scores.calibrated).toEqual({ logOdds: 3, answer: 'live' });
    expect(unitOf(turned, turned).scores.calibrated).toEqual({ logOdds: -9, answer: 'inconclusive' });
  });

  it('is inconclusive where no net scored any file', () => {
    const none = { logOdds: null, hasObstacle: true };
    expect(unitOf(none, none).scores.calibrated).toEqual({ logOdds: null, answer: 'inconclusive' });
  });

  it('has no score and no answer where no file allowed a decision', () => {
    const [unit] = makeUnits([file('1', { outcome: { unanswered: 'no_face' } })], options);
    expect(unit).toMatchObject({ isAnswered: false, scores: {} });
  });

  it('answers for several clips as most of them', () => {
    const clips = (...answers: FileScore['answer'][]) =>
      makeUnits(
        answers.map((answer, at) => file(`${at}`, { subject: 'ann', score: { answer } })),
        { ...options, limits: () => null },
      )[0]!.scores.calibrated!.answer;
    expect(clips('live', 'live', 'attack')).toBe('live');
    expect(clips('live', 'attack')).toBe('inconclusive');
    expect(clips('attack', 'attack', 'inconclusive')).toBe('attack');
  });
});

describe('meanLogOdds', () => {
  it('is the log-odds of the mean probability', () => {
    const mean = (0.9 + 0.2) / 2;
    expect(meanLogOdds([Math.log(9), Math.log(0.25)])).toBeCloseTo(Math.log(mean / (1 - mean)), 12);
  });

  it('does not saturate where probabilities do', () => {
    expect(meanLogOdds([60, 60])).toBeCloseTo(60, 9);
    expect(meanLogOdds([50, 60])).toBeLessThan(60);
  });
});
