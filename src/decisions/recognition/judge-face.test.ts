import { describe, expect, it } from 'vitest';
import { experimentalCalibration, ownScore } from '../../../test/support/experimental.ts';
import { antiSpoof, faceFacts } from '../../../test/support/facts.ts';
import { heuristicSettings, seedScore, seedTexture } from '../../../test/support/recognition-rules.ts';
import { measured, unavailable } from '../facts.ts';
import { uncalibrated } from '../live-calibration.ts';
import { judgeFace } from './judge-face.ts';

const rules = { heuristic: heuristicSettings, needsAntiSpoof: false, calibration: uncalibrated };
const texture = measured(seedTexture);
const noNet = { 'minifasnet-v2': unavailable('no_model'), 'minifasnet-v1se': unavailable('no_model') };
const codes = ({ reasons }: ReturnType<typeof judgeFace>) => reasons.map(({ code }) => code);

describe('the main score', () => {
  it('is the mean of the anti-spoof nets', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(0.9, 0.6) });
    expect(judgeFace(face, 0.5, rules)).toEqual({
      isLive: true,
      score: 0.75,
      scoreSource: 'anti_spoof',
      threshold: 0.5,
      reasons: [],
    });
  });

  it("is the seed's heuristic without any net, and gives its example", () => {
    const judgement = judgeFace(faceFacts({ texture, antiSpoof: noNet }), 0.5, rules);
    expect(judgement).toEqual({
      isLive: true,
      score: seedScore,
      scoreSource: 'heuristic',
      threshold: 0.5,
      reasons: [],
    });
    expect(judgeFace(faceFacts({ texture, antiSpoof: {} }), 0.71, rules)).toMatchObject({
      isLive: false,
      score: seedScore,
      scoreSource: 'heuristic',
    });
  });

  it('is the classifier where there is one, whatever the nets say', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(0.99, 0.99) });
    const judged = (probability: number | undefined) =>
      judgeFace(face, 0.5, { ...rules, classify: () => probability });
    expect(judged(0.1)).toMatchObject({ isLive: false, score: 0.1, scoreSource: 'classifier' });
    expect(judged(0)).toMatchObject({ isLive: false, score: 0, scoreSource: 'classifier' });
    expect(judged(undefined)).toMatchObject({ isLive: true, score: 0.99, scoreSource: 'anti_spoof' });
  });

  it('is none where nothing was measured, which is not live', () => {
    const face = faceFacts({ texture: unavailable('not_measurable'), antiSpoof: noNet });
    expect(judgeFace(face, 0, rules)).toMatchObject({ isLive: false, score: null });
  });
});

describe('a face is never live', () => {
  const sure = { texture, antiSpoof: antiSpoof(1, 1) };
  const classify = () => 1;

  it.each([
    ['too small', { measuredSide: 59 }, 'face_too_small'],
    ['turned away', { pose: measured({ yaw: 41, pitch: 0, roll: 0 }) }, 'face_turned_away'],
    ['of unknown pose', { pose: unavailable('not_measurable') }, 'pose_unknown'],
  ] as const)('that is %s, whatever the score', (_, changes, code) => {
    for (const antiSpoofScores of [sure.antiSpoof, noNet])
      for (const more of [{}, { classify }]) {
        const judgement = judgeFace(faceFacts({ ...sure, antiSpoof: antiSpoofScores, ...changes }), 0, {
          ...rules,
          ...more,
        });
        expect(judgement.isLive).toBe(false);
        expect(codes(judgement)).toContain(code);
      }
  });

  it('by some of the nets that are asked for, unless a classifier speaks', () => {
    const missing = { ...antiSpoof(1, 1), 'minifasnet-v1se': unavailable('no_model') };
    const judgement = judgeFace(faceFacts({ texture, antiSpoof: missing }), 0.5, rules);
    expect(judgement).toMatchObject({ isLive: false, score: 1, scoreSource: 'anti_spoof' });
    expect(codes(judgement)).toEqual(['anti_spoof_model_missing']);
    expect(judgeFace(faceFacts({ texture, antiSpoof: missing }), 0.5, { ...rules, classify }).isLive).toBe(
      true,
    );
  });

  it('by the heuristic where installed nets could not score', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(undefined, undefined) });
    const judgement = judgeFace(face, 0.5, rules);
    expect(judgement).toMatchObject({ isLive: false, scoreSource: 'heuristic' });
    expect(codes(judgement)).toEqual(['anti_spoof_score_missing', 'anti_spoof_score_missing']);
  });
});

describe('by a calibration', () => {
  const term = { bound: 20, mean: 0, scale: 1, weight: 0.5 };
  const nets = { 'minifasnet-v2': term, 'minifasnet-v1se': term };
  const limits = { live: 0.8, attack: 0.1 };
  const calibrated = { ...rules, calibration: { ...uncalibrated, name: 'invented', nets, limits } };
  const judge = (live: number, asked: number) =>
    judgeFace(faceFacts({ texture, antiSpoof: antiSpoof(live, live) }), asked, calibrated);

  it('the limit for live is a score of 0.5, and clients ask for more or less of it', () => {
    expect(judge(0.8, 0.5)).toMatchObject({ isLive: true, score: 0.5, scoreSource: 'anti_spoof' });
    expect(judge(0.79, 0.5)).toMatchObject({ isLive: false, score: 0.485 });
    expect(judge(0.79, 0.4).isLive).toBe(true);
    expect(judge(0.9, 0.7)).toMatchObject({ isLive: false, score: 0.692 });
  });

  it('a face that a net of it has not scored is not live', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(0.99, undefined) });
    expect(judgeFace(face, 0.3, calibrated).isLive).toBe(false);
  });
});

describe('where the experimental net serves alone', () => {
  const experimental = { ...rules, calibration: experimentalCalibration };
  const faceOf = (live: number | undefined) => faceFacts({ texture, antiSpoof: ownScore(live) });

  it('its score is marked, and live from the limit of its calibration on, whatever less is asked for', () => {
    // Odds of 24 and 15.7 to 1, of which the limit takes 19.
    expect(judgeFace(faceOf(0.96), 0.3, experimental)).toEqual({
      isLive: true,
      score: 0.558,
      scoreSource: 'experimental',
      threshold: 0.5,
      reasons: [],
    });
    expect(judgeFace(faceOf(0.94), 0.3, experimental)).toMatchObject({ isLive: false, score: 0.452 });
    expect(judgeFace(faceOf(0.96), 0.6, experimental)).toMatchObject({ isLive: false, threshold: 0.6 });
  });

  it.each([0.01, 0.99, undefined])('in a demonstration the heuristic speaks as without it: %s', (live) => {
    const demonstration = { ...experimental, prefersHeuristic: true };
    const without = judgeFace(faceFacts({ texture, antiSpoof: {} }), 0.5, rules);
    expect(judgeFace(faceOf(live), 0.5, demonstration)).toEqual(without);
  });

  it('the heuristic takes no net’s place but its own', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(0.9, 0.6) });
    expect(judgeFace(face, 0.5, { ...rules, prefersHeuristic: true }).scoreSource).toBe('anti_spoof');
  });

  it.each([
    ['by its score', {}],
    ['by a classifier', { classify: () => 1 }],
  ])('it is no net where one is required: nobody is live %s', (_, more) => {
    const judgement = judgeFace(faceOf(0.999), 0.5, { ...experimental, ...more, needsAntiSpoof: true });
    expect(judgement.isLive).toBe(false);
    expect(codes(judgement)).toEqual(['experimental_net']);
    expect(judgeFace(faceOf(0.999), 0.5, { ...experimental, ...more }).isLive).toBe(true);
  });
});

describe('where an anti-spoof net is required', () => {
  const strict = { ...rules, needsAntiSpoof: true };

  it.each([
    ['the heuristic', {}],
    ['a classifier of texture alone', { classify: () => 1 }],
  ])('without any, no face is live by %s', (_, more) => {
    for (const antiSpoofScores of [noNet, {}]) {
      const face = faceFacts({ texture, antiSpoof: antiSpoofScores });
      const judgement = judgeFace(face, 0.3, { ...strict, ...more });
      expect(judgement.isLive).toBe(false);
      expect(codes(judgement)).toEqual(['no_anti_spoof_model']);
      expect(judgeFace(face, 0.3, { ...rules, ...more }).isLive).toBe(true);
    }
  });

  it('a face that no net could score is not live by a classifier either', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(undefined, undefined) });
    const judgement = judgeFace(face, 0.3, { ...strict, classify: () => 1 });
    expect(judgement.isLive).toBe(false);
    expect(codes(judgement)).toEqual(['anti_spoof_score_missing', 'anti_spoof_score_missing']);
  });

  it('the nets, and a classifier beside them, may speak', () => {
    const face = faceFacts({ texture, antiSpoof: antiSpoof(0.9, 0.9) });
    expect(judgeFace(face, 0.5, strict)).toMatchObject({ isLive: true, reasons: [] });
    expect(judgeFace(face, 0.5, { ...strict, classify: () => 0.9 })).toMatchObject({
      isLive: true,
      reasons: [],
    });
  });
});

it('compares what is shown: a score that rounds up to the threshold is live', () => {
  const judged = (live: number) =>
    judgeFace(faceFacts({ texture, antiSpoof: antiSpoof(live, live) }), 0.5, rules);
  expect(judged(0.4996)).toMatchObject({ isLive: true, score: 0.5, threshold: 0.5 });
  expect(judged(0.4994)).toMatchObject({ isLive: false, score: 0.499, threshold: 0.5 });
});

it('holds signs of an attack against every score, and names them', () => {
  const signs = measured({ ...seedTexture, axisAnisotropy: 0.8, glare: 0.5, lineRatio: 0.4 });
  const face = faceFacts({ texture: signs, antiSpoof: antiSpoof(0.85, 0.85) });
  for (const more of [{}, { classify: () => 0.85 }]) {
    const judgement = judgeFace(face, 0.5, { ...rules, ...more });
    expect(judgement).toMatchObject({ isLive: false, score: 0.85, threshold: 0.9 });
    expect(codes(judgement)).toEqual(['grid_pattern', 'glare', 'straight_lines']);
  }
});
