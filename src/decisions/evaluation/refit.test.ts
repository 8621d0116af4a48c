import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../../test/support/facts.ts';
import { measured, unavailable } from '../facts.ts';
import { liveLogOdds, uncalibrated } from '../live-calibration.ts';
import { statedRates } from '../training/choose-limits.ts';
import { seededRandom } from '../training/seeded-random.ts';
import type { FitStill } from './build-report.ts';
import { refit } from './refit.ts';

const net = (name: string) =>
  ({ role: 'anti-spoof', name, pack: 'strong', sha256: 'ab'.repeat(32) }) as const;
const plan = {
  models: [net('minifasnet-v2'), net('minifasnet-v1se')],
  calibration: uncalibrated,
  rates: statedRates,
};

/** One net tells the classes apart, the other says the same of both. */
function stills(count: number): FitStill[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, at) => {
    const live = at % 2 === 0;
    const source = `camera ${at % 5}`;
    const face = faceFacts({
      antiSpoof: antiSpoof((live ? 0.3 : 0.1) + 0.6 * random(), 0.2 + 0.6 * random()),
    });
    return { source, family: source, unit: `${at}`, live, face };
  });
}

describe('refit', () => {
  it('weighs the net that tells more than the one that does not', () => {
    const { nets } = refit(stills(200), plan)!;
    expect(nets!['minifasnet-v2']!.weight).toBeGreaterThan(3 * nets!['minifasnet-v1se']!.weight);
  });

  it('ranks a live face above an attack', () => {
    const calibration = refit(stills(200), plan)!;
    const logOdds = (score: number) =>
      liveLogOdds(faceFacts({ antiSpoof: antiSpoof(score, 0.5) }), calibration)!;
    expect(logOdds(0.9)).toBeGreaterThan(logOdds(0.1));
  });

  it('does not learn from faces that are out of range, or that a net did not score', () => {
    const rows = stills(200);
    const others = rows.map((row): FitStill => {
      const turned = { ...row.face, pose: measured({ yaw: 80, pitch: 0, roll: 0 }) };
      const half = {
        ...row.face,
        antiSpoof: { ...row.face.antiSpoof, 'minifasnet-v1se': unavailable('no_model') },
      };
      return { ...row, live: !row.live, face: row.unit.endsWith('1') ? turned : half };
    });
    expect(refit([...rows, ...others], plan)).toEqual(refit(rows, plan));
  });

  it('has nothing to say of too little, or without a net', () => {
    expect(refit(stills(4), plan)).toBeUndefined();
    expect(refit(stills(200), { ...plan, models: [] })).toBeUndefined();
  });
});
