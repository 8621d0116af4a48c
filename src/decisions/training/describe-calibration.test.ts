import { describe, expect, it } from 'vitest';
import { describeCalibration } from './describe-calibration.ts';
import { type CalibrationPlan, type CalibrationRow, fitCalibration } from './fit-calibration.ts';

const plan: CalibrationPlan = {
  name: 'test',
  nets: ['minifasnet-v2'],
  isExperimental: false,
  rates: { attacksCalledLive: 0.05, genuineCalledAttack: 0.02 },
  excluded: new Set(['noise']),
};

/** Eight pictures of each class, a unit each; live ones score from 2 up, attacks from -2 down, but for `odd`. */
function camera(source: string, odd: readonly { live: boolean; logit: number }[] = []): CalibrationRow[] {
  const plain = [true, false].flatMap((live) =>
    Array.from({ length: 8 }, (_, at) => ({ live, logit: (live ? 1 : -1) * (2 + at / 4) })),
  );
  return [...plain, ...odd].map(({ live, logit }, at) => ({
    source,
    family: source,
    unit: `${at}`,
    live,
    logits: { 'minifasnet-v2': logit },
  }));
}

const describeRows = (rows: readonly CalibrationRow[]) =>
  describeCalibration(rows, plan, fitCalibration(rows, plan));

describe('the rates', () => {
  it('are of sources that weights and limits had not seen, by picture and by unit', () => {
    const odd = [
      { live: false, logit: 5 },
      { live: false, logit: 5 },
      { live: true, logit: -5 },
    ];
    const { rates } = describeRows([...camera('ana'), ...camera('bia'), ...camera('cai', odd)]);
    const [ana, , cai] = rates.bySource;
    expect(ana).toMatchObject({ source: 'ana', isFitted: true });
    expect(cai!.attack).toMatchObject({ files: 10, units: 10, wrongUnits: { errors: 2, of: 10 } });
    expect(cai!.attack!.calledLive).toBeCloseTo(0.2, 9);
    expect(cai!.attack!.wrongUnits.low).toBeCloseTo(0.0252, 3);
    expect(cai!.attack!.wrongUnits.high).toBeCloseTo(0.5561, 3);
    expect(cai!.bonaFide!.calledAttack).toBeCloseTo(1 / 9, 9);
    // The mean of the three cameras, each counting alike; nothing of the others is called wrongly.
    expect(rates.realised.attacksCalledLive).toBeCloseTo(0.2 / 3, 9);
    expect(rates.realised.genuineCalledAttack).toBeCloseTo(1 / 27, 9);
    expect(rates.leftOut).toBe('families');
    expect(rates.chosenFor).toEqual({ attacksCalledLive: 0.025, genuineCalledAttack: 0.01 });
  });

  it('name sources that were not learnt from, and leave them out of the means', () => {
    const noise = camera('noise').map((row) => ({ ...row, live: !row.live }));
    const { rates, equalErrorRate } = describeRows([
      ...camera('ana'),
      ...camera('bia'),
      ...camera('cai'),
      ...noise,
    ]);
    expect(rates.bySource.find(({ source }) => source === 'noise')).toMatchObject({
      isFitted: false,
      attack: { wrongUnits: { errors: 8, of: 8 } },
    });
    expect(rates.realised).toEqual({
      attacksCalledLive: 0,
      attacksCalledAttack: 1,
      genuineCalledAttack: 0,
      genuineCalledLive: 1,
    });
    expect(equalErrorRate).toEqual({ calibrated: 0, rawMean: 0 });
  });

  it('rank one camera’s live faces against the attacks of another, where none has both', () => {
    const porch = camera('porch').filter(({ live }) => live);
    const desk = camera('desk').filter(({ live }) => !live);
    const { rates, equalErrorRate } = describeRows([...porch, ...desk]);
    expect(rates.leftOut).toBe('units');
    expect(equalErrorRate).toEqual({ calibrated: 0, rawMean: 0 });
  });
});
