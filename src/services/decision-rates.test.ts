import { expect, it } from 'vitest';
import type { DecisionCount } from '../stores/ports.ts';
import { decisionRates } from './decision-rates.ts';

const count = (changes: Partial<DecisionCount>): DecisionCount => ({
  day: '2026-03-01',
  contract: 'recognition',
  outcome: 'live',
  label: null,
  decisions: 1,
  ...changes,
});

const rate = async (counts: readonly DecisionCount[]) => decisionRates({ count: async () => counts }, {});

it('counts outcomes by day and contract, labelled or not', async () => {
  const { days } = await rate([
    count({ decisions: 3 }),
    count({ label: 'live', decisions: 2 }),
    count({ outcome: 'attack' }),
    count({ day: '2026-03-02', contract: 'kyc', outcome: 'unanswered' }),
  ]);
  const none = { live: 0, attack: 0, refused: 0, inconclusive: 0, unanswered: 0 };
  expect(days).toEqual([
    { day: '2026-03-01', contract: 'recognition', outcomes: { ...none, live: 5, attack: 1 } },
    { day: '2026-03-02', contract: 'kyc', outcomes: { ...none, unanswered: 1 } },
  ]);
});

it('tells errors of labelled pictures alone, of those that were answered', async () => {
  const { labelled } = await rate([
    count({ decisions: 100 }),
    count({ label: 'spoof', decisions: 1 }),
    count({ label: 'spoof', outcome: 'refused', decisions: 2 }),
    count({ label: 'spoof', outcome: 'attack', decisions: 1 }),
    count({ label: 'live', decisions: 3 }),
    count({ label: 'live', outcome: 'inconclusive', decisions: 1, day: '2026-03-02' }),
    count({ label: 'live', outcome: 'unanswered', decisions: 2, day: '2026-03-02' }),
  ]);
  const [all, first, second] = labelled;
  expect(all).toMatchObject({
    day: null,
    attacksCalledLive: { errors: 1, of: 4, rate: 0.25 },
    liveNotCalledLive: { errors: 1, of: 4, rate: 0.25 },
    unanswered: { errors: 2, of: 10, rate: 0.2 },
  });
  // Clopper and Pearson (1934): 1 of 4.
  expect(all!.attacksCalledLive.low).toBeCloseTo(0.0063, 3);
  expect(all!.attacksCalledLive.high).toBeCloseTo(0.8059, 3);
  expect(first).toMatchObject({ day: '2026-03-01', liveNotCalledLive: { errors: 0, of: 3, rate: 0 } });
  expect(second).toMatchObject({ day: '2026-03-02', attacksCalledLive: { errors: 0, of: 0, rate: null } });
});

it('claims nothing where there is nothing', async () => {
  const nothing = { errors: 0, of: 0, rate: null, low: null, high: null };
  expect(await rate([])).toEqual({
    days: [],
    labelled: [{ day: null, attacksCalledLive: nothing, liveNotCalledLive: nothing, unanswered: nothing }],
  });
});
