import { describe, expect, it } from 'vitest';
import { experimentalCalibration, ownScore } from '../../test/support/experimental.ts';
import { antiSpoof, faceFacts } from '../../test/support/facts.ts';
import { findModel } from '../perception/models/registry.ts';
import calibration from './calibration/minifasnet-mean.json' with { type: 'json' };
import { type FaceFacts, measured, type TextureMeasures, unavailable, valueIfMeasured } from './facts.ts';
import { decideLiveness } from './fusion.ts';
import { uncalibrated } from './live-calibration.ts';

const decide = (changes: Partial<FaceFacts>) => decideLiveness(faceFacts(changes), uncalibrated);
const codes = (changes: Partial<FaceFacts>) => decide(changes).reasons.map(({ code }) => code);
const grid = Array.from({ length: 21 }, (_, index) => index / 20);
const texture = (changes: Partial<TextureMeasures>) =>
  measured({ ...valueIfMeasured(faceFacts().texture)!, ...changes });
const rank = { attack: 0, inconclusive: 1, live: 2 };

it('names the models that its file was made for as the registry does', () => {
  for (const [name, sha256] of Object.entries(calibration.models))
    expect(findModel(name).sha256).toBe(sha256);
});

describe('the cut', () => {
  it('takes the mean of the nets, and both thresholds inclusively', () => {
    expect(decide({ antiSpoof: antiSpoof(1, 0.8) })).toMatchObject({ verdict: 'live', liveProbability: 0.9 });
    expect(decide({ antiSpoof: antiSpoof(0.3, 0.3) }).verdict).toBe('attack');
    expect(decide({ antiSpoof: antiSpoof(0.99, 0.8) }).verdict).toBe('inconclusive');
  });

  it('takes a score of 0 for a score', () => {
    const decision = decide({ antiSpoof: antiSpoof(0, 0) });
    expect(decision).toMatchObject({ verdict: 'attack', liveProbability: 0 });
    expect(decision.reasons[0]).toEqual({ code: 'anti_spoof_score', model: 'minifasnet-v2', live: 0 });
  });

  it('never falls when a score of either net rises', () => {
    for (const fixed of grid) {
      const rising = [
        grid.map((live) => decide({ antiSpoof: antiSpoof(live, fixed) })),
        grid.map((live) => decide({ antiSpoof: antiSpoof(fixed, live) })),
      ];
      for (const decisions of rising) {
        const verdicts = decisions.map(({ verdict }) => rank[verdict]);
        const probabilities = decisions.map(({ liveProbability }) => liveProbability ?? Number.NaN);
        expect(verdicts).toEqual(verdicts.toSorted((a, b) => a - b));
        expect(probabilities).toEqual(probabilities.toSorted((a, b) => a - b));
      }
    }
  });
});

describe('where the experimental net serves alone', () => {
  const decideAlone = (changes: Partial<FaceFacts>) =>
    decideLiveness(faceFacts(changes), experimentalCalibration);

  it.each([
    [0.96, 'live'],
    [0.9, 'inconclusive'],
    [0.04, 'attack'],
    [undefined, 'inconclusive'],
  ] as const)('a score of %s is %s, and the reasons call it experimental', (live, verdict) => {
    const decision = decideAlone({ antiSpoof: ownScore(live) });
    expect(decision.verdict).toBe(verdict);
    expect(decision.reasons.map(({ code }) => code)).toContain('experimental_net');
  });

  it('the caveat is none of other nets', () => {
    expect(codes({ antiSpoof: antiSpoof(1, 1) })).not.toContain('experimental_net');
  });
});

describe('what is missing never counts as live', () => {
  it.each(grid)('with one net at %f and the other without a score', (live) => {
    expect(decide({ antiSpoof: antiSpoof(live, undefined) }).verdict).toBe('inconclusive');
    expect(codes({ antiSpoof: antiSpoof(undefined, live) })).toContain('anti_spoof_score_missing');
  });

  it.each(grid)('with one net at %f and the other not installed', (live) => {
    const scores = { ...antiSpoof(live, live), 'minifasnet-v1se': unavailable('no_model') };
    expect(decide({ antiSpoof: scores }).verdict).toBe('inconclusive');
    expect(codes({ antiSpoof: scores })).toContain('anti_spoof_model_missing');
  });

  it('without any net', () => {
    const none = { 'minifasnet-v2': unavailable('no_model'), 'minifasnet-v1se': unavailable('no_model') };
    expect(decide({ antiSpoof: none })).toMatchObject({ verdict: 'inconclusive', liveProbability: null });
    expect(codes({ antiSpoof: none })).toEqual(['no_anti_spoof_model']);
  });

  it('without any score', () => {
    const none = { verdict: 'inconclusive', liveProbability: null };
    expect(decide({ antiSpoof: {} })).toMatchObject({ ...none, reasons: [{ code: 'no_anti_spoof_model' }] });
    expect(decide({ antiSpoof: antiSpoof(undefined, undefined) })).toMatchObject(none);
  });

  it.each<[string, Partial<FaceFacts>]>([
    ['face_too_small', { measuredSide: 79 }],
    ['face_cut_off', { visible: 0.89 }],
    ['face_too_close', { room: 1.24 }],
    ['face_blurred', { texture: texture({ blur: 0.02 }) }],
    ['face_too_dark', { texture: texture({ brightness: 0.11 }) }],
    ['face_too_bright', { texture: texture({ brightness: 0.94 }) }],
    ['face_turned_away', { pose: measured({ yaw: -41, pitch: 0, roll: 0 }) }],
    ['face_turned_away', { pose: measured({ yaw: 0, pitch: 36, roll: 0 }) }],
    ['pose_unknown', { pose: unavailable('not_measurable') }],
  ])('%s, though the nets are sure', (code, changes) => {
    expect(decide({ ...changes, antiSpoof: antiSpoof(1, 1) }).verdict).toBe('inconclusive');
    expect(decide({ ...changes, antiSpoof: antiSpoof(0, 0) }).verdict).toBe('inconclusive');
    expect(codes(changes)).toContain(code);
  });
});

describe('the range', () => {
  it.each<Partial<FaceFacts>>([
    { measuredSide: 80, visible: 0.9, room: 1.25 },
    { texture: texture({ blur: 0.03 }) },
    { texture: texture({ brightness: 0.12 }) },
    { texture: texture({ brightness: 0.93 }) },
    { texture: unavailable('not_requested') },
  ])('takes its limits inclusively, and what was not measured for no obstacle: %j', (changes) => {
    expect(decide({ ...changes, antiSpoof: antiSpoof(1, 1) }).verdict).toBe('live');
    expect(decide({ ...changes, antiSpoof: antiSpoof(0, 0) }).verdict).toBe('attack');
  });

  it('calls a dark picture dark, not blurred', () => {
    expect(codes({ texture: texture({ blur: 0.01, brightness: 0.05 }) })).toContain('face_too_dark');
    expect(codes({ texture: texture({ blur: 0.01, brightness: 0.05 }) })).not.toContain('face_blurred');
  });
});

describe('the reasons', () => {
  it('name texture signs, which do not change the verdict', () => {
    const signs = texture({ axisAnisotropy: 0.36, glare: 0.09, lineRatio: 0.11 });
    expect(codes({ texture: signs })).toEqual(
      expect.arrayContaining(['grid_pattern', 'glare', 'straight_lines']),
    );
    expect(decide({ texture: signs }).verdict).toBe('live');
    expect(codes({ texture: unavailable('no_model') })).toEqual(['anti_spoof_score', 'anti_spoof_score']);
  });
});
