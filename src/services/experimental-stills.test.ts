import { describe, expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import { experimentalCalibration, ownScore } from '../../test/support/experimental.ts';
import { antiSpoof, faceFacts, frameFacts } from '../../test/support/facts.ts';
import { uncalibrated } from '../decisions/live-calibration.ts';
import { checkLiveness } from './check-liveness.ts';
import { checkSelfie } from './check-selfie.ts';

// What the word of the experimental net alone is worth for stills. Perception says what it is told.

const perceiving = (scores: ReturnType<typeof ownScore>) =>
  scriptedPerception(async () => frameFacts(faceFacts({ antiSpoof: scores })));
const bytes = Buffer.from('a picture');

describe('a selfie for onboarding', () => {
  const options = {
    faceThreshold: 0.75,
    livenessThreshold: 0.9,
    calibration: experimentalCalibration,
    allowExperimental: false,
    minimumSide: 100,
    bystanderRatio: 0.5,
  };
  const check = (live: number, changes: Partial<typeof options> = {}) =>
    checkSelfie(perceiving(ownScore(live)), { ...options, ...changes }, bytes);

  it.each([0.999, 0.5, 0.001])('is not confirmed by it, whatever it says: %f', async (live) => {
    const { reasons, ...result } = await check(live);
    expect(result).toMatchObject({ live: false, confidence: 0, liveProbability: expect.closeTo(live) });
    expect(reasons.map(({ code }) => code)).toContain('experimental_net');
  });

  it('is confirmed where the operator allows it, from the limit of its calibration on', async () => {
    const allowed = { allowExperimental: true };
    expect(await check(0.96, allowed)).toMatchObject({ live: true, confidence: expect.closeTo(0.96) });
    expect(await check(0.94, allowed)).toMatchObject({ live: false, confidence: expect.closeTo(0.06) });
    const stricter = { ...allowed, livenessThreshold: 0.97 };
    expect(await check(0.96, stricter)).toMatchObject({ live: false });
  });

  it('is confirmed by other nets as ever', async () => {
    const others = { ...options, calibration: uncalibrated };
    const result = await checkSelfie(perceiving(antiSpoof(0.95, 0.95)), others, bytes);
    expect(result).toMatchObject({ live: true, confidence: expect.closeTo(0.95) });
  });
});

describe('the passive check', () => {
  const check = (live: number, needsAntiSpoof: boolean) =>
    checkLiveness(
      perceiving(ownScore(live)),
      { calibration: experimentalCalibration, bystanderRatio: 0.5, needsAntiSpoof },
      bytes,
    );

  it('calls nobody live by it where a net is required, but an attack still an attack', async () => {
    expect((await check(0.99, true)).verdict).toBe('inconclusive');
    expect((await check(0.99, false)).verdict).toBe('live');
    expect((await check(0.01, true)).verdict).toBe('attack');
  });

  it('says so in the reasons', async () => {
    for (const live of [0.99, 0.5, 0.01]) {
      const { reasons } = await check(live, false);
      expect(reasons.map(({ code }) => code)).toContain('experimental_net');
    }
  });
});
