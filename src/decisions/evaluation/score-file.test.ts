import { describe, expect, it } from 'vitest';
import { antiSpoof, faceFacts } from '../../../test/support/facts.ts';
import { measured, unavailable } from '../facts.ts';
import { type LiveCalibration, uncalibrated } from '../live-calibration.ts';
import { keepFace, type Measurement } from './measurement.ts';
import { type Scoring, scoreMeasurement } from './score-file.ts';

const nets = ['minifasnet-v2', 'minifasnet-v1se'];
const scoring: Scoring = { calibration: uncalibrated, baseline: nets, withoutFamily: () => undefined };

const still = (face = faceFacts()): Measurement => ({
  ...{ presentation: 'still', outcome: 'measured', width: 640, height: 480, format: 'jpeg', faces: 1 },
  face: keepFace(face),
  timings: [],
});

const clip = (...scores: readonly [number, number][]): Measurement => ({
  ...{ presentation: 'clip', outcome: 'measured', width: 640, height: 480, format: 'mp4/h264' },
  ...{ decodedFrames: 90, milliseconds: 3000, timings: [] },
  looks: scores.map(([v2, v1se], at) => ({
    at: 250 * at,
    face: keepFace(faceFacts({ antiSpoof: antiSpoof(v2, v1se) })),
  })),
});

function scoresOf(measurement: Measurement, changes: Partial<Scoring> = {}) {
  const outcome = scoreMeasurement(measurement, 'camera', { ...scoring, ...changes });
  return 'scores' in outcome ? outcome.scores : undefined;
}

describe('scoreMeasurement', () => {
  it('answers for a still as the passive check does', () => {
    expect(scoresOf(still())!.calibrated).toMatchObject({ answer: 'live', hasObstacle: false });
    const attack = faceFacts({ antiSpoof: antiSpoof(0.01, 0.02) });
    expect(scoresOf(still(attack))!.calibrated).toMatchObject({ answer: 'attack', hasObstacle: false });
    const doubtful = faceFacts({ antiSpoof: antiSpoof(0.5, 0.6) });
    expect(scoresOf(still(doubtful))!.calibrated).toMatchObject({
      answer: 'inconclusive',
      hasObstacle: false,
    });
  });

  it('knows an obstacle from a doubtful score', () => {
    const turned = faceFacts({ pose: measured({ yaw: 80, pitch: 0, roll: 0 }) });
    expect(scoresOf(still(turned))!.calibrated).toMatchObject({ answer: 'inconclusive', hasObstacle: true });
  });

  it('takes the mean of the scores of MiniFASNet for the baseline', () => {
    const { logOdds, answer } = scoresOf(still(faceFacts({ antiSpoof: antiSpoof(0.99, 0.95) })))!.raw_mean!;
    expect(logOdds).toBeCloseTo(Math.log(0.97 / 0.03), 9);
    expect(answer).toBeNull();
  });

  it('has no score where a net has none, and never 0', () => {
    const half = faceFacts({ antiSpoof: antiSpoof(0.99, undefined) });
    expect(scoresOf(still(half))!.raw_mean!.logOdds).toBeNull();
    const none = faceFacts({ antiSpoof: { 'minifasnet-v2': unavailable('no_model') } });
    expect(scoresOf(still(none))!.calibrated).toMatchObject({ logOdds: null, answer: 'inconclusive' });
  });

  it('asks the calibration that has not seen the family', () => {
    const refit: LiveCalibration = {
      ...uncalibrated,
      nets: { 'minifasnet-v2': { bound: 8, mean: 0, scale: 1, weight: 1 } },
      bias: 1,
    };
    const withoutFamily = (family: string) => (family === 'camera' ? refit : undefined);
    const { leave_one_source_out: left } = scoresOf(still(), { withoutFamily })!;
    expect(left!.logOdds).toBeCloseTo(Math.log(0.99 / 0.01) + 1, 9);
    expect(scoresOf(still())).not.toHaveProperty('leave_one_source_out');
  });

  it('judges a clip by all looks at it', () => {
    const live = Array.from({ length: 12 }, (): [number, number] => [0.99, 0.98]);
    const attack = live.map((): [number, number] => [0.02, 0.01]);
    expect(scoresOf(clip(...live))!.calibrated!.answer).toBe('live');
    expect(scoresOf(clip(...attack))!.calibrated!.answer).toBe('attack');
    expect(scoresOf(clip(...live))!.raw_mean!.logOdds).toBeCloseTo(Math.log(0.985 / 0.015), 9);
  });

  it('hands on why there was no decision', () => {
    const outcome = scoreMeasurement(
      { presentation: 'still', outcome: 'unanswered', reason: 'several_faces' },
      'camera',
      scoring,
    );
    expect(outcome).toEqual({ unanswered: 'several_faces' });
  });
});
