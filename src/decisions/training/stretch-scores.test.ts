import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { probabilityOf } from '../live-calibration.ts';
import { stretchOf } from './stretch-scores.ts';

/** Presentations that are live as often as `truth` times the log-odds that they are scored with says. */
function scored(truth: number, source = 'ana') {
  const random = seededRandom(7);
  return Array.from({ length: 8000 }, (_, at) => {
    const logOdds = (random() - 0.5) * 6;
    return { source, unit: `${at}`, live: random() < probabilityOf(truth * logOdds), logOdds };
  });
}

describe('stretchOf', () => {
  it.each([0.5, 1, 2.5])('finds that probabilities are %f times as sure as they say', (truth) => {
    expect(stretchOf(scored(truth)) / truth).toBeCloseTo(1, 1);
  });

  it('goes no farther than four, where all are right, and not below a quarter, where all are wrong', () => {
    const sure = [true, false].map((live) => ({ source: 'ana', unit: 'x', live, logOdds: live ? 1 : -1 }));
    expect(stretchOf(sure)).toBeCloseTo(4, 6);
    expect(stretchOf(sure.map(({ logOdds, ...row }) => ({ ...row, logOdds: -logOdds })))).toBeCloseTo(
      0.25,
      6,
    );
  });

  it('counts a source that has many rows as one that has few', () => {
    const few = scored(0.5, 'few').slice(0, 400);
    const many = scored(2.5, 'many');
    const repeated = [1, 2, 3, 4, 5].flatMap((turn) =>
      few.map((row) => ({ ...row, unit: `${turn} ${row.unit}` })),
    );
    expect(stretchOf([...repeated, ...many])).toBeCloseTo(stretchOf([...few, ...many]), 6);
  });
});
