import { describe, expect, it } from 'vitest';
import { experimentalCalibration, ownScore } from '../../../test/support/experimental.ts';
import { antiSpoof, embeddingFacts } from '../../../test/support/facts.ts';
import { posedFace, seen } from '../../../test/support/posed-facts.ts';
import { type FaceFacts, measured, unavailable } from '../facts.ts';
import { uncalibrated } from '../live-calibration.ts';
import { confidenceOf, judgePosedFrames, type PosedFramesOptions } from './judge-frames.ts';
import type { PosedFrames } from './subjects.ts';

const options: PosedFramesOptions = {
  threshold: 0.7,
  attackVeto: true,
  needsAntiSpoof: false,
  passive: uncalibrated,
  bystanderRatio: 0.5,
};

/** A person who poses and blinks; every face changed as a test needs it. */
function sequence(changes: Partial<FaceFacts> = {}): PosedFrames {
  const face = (yaw: number, x: number, open = 1) =>
    seen({ ...posedFace({ yaw }, { open, shape: { x } }), ...changes });
  return {
    left: face(-24, 210),
    right: face(24, 190),
    center: face(1, 200),
    blink: [face(0, 202), face(1, 199, 0.2), face(-1, 203)],
  };
}

const judge = (changes: Partial<PosedFrames>, with_: Partial<PosedFramesOptions> = {}) =>
  judgePosedFrames({ ...sequence(), ...changes }, { ...options, ...with_ });

const embedded = (...vector: number[]) => {
  const length = Math.hypot(...vector);
  return measured(embeddingFacts(vector.map((value) => value / length)));
};

describe('the confidence', () => {
  const checks = (...confidences: number[]) =>
    confidences.map((confidence) => ({ valid: confidence > 0, confidence }));

  it("tells seed 002's two examples apart", () => {
    expect(confidenceOf(checks(0.88, 0.95, 0.96, 1, 0.94))).toBeCloseTo(0.946);
    expect(confidenceOf(checks(0, 0.54, 0.8, 0, 0.75))).toBeCloseTo(0.251);
  });

  it('stays below seed 002’s threshold when one check is failed, however good the others', () => {
    expect(confidenceOf(checks(1, 1, 1, 1, 0))).toBeCloseTo(0.64);
  });

  it('never falls when a check gets better', () => {
    for (let at = 0; at < 5; at++)
      for (const [low, high] of [
        [0, 0.1],
        [0.1, 0.5],
        [0.5, 1],
      ] as const) {
        const others = [0.6, 0.8, 0, 1, 0.9];
        expect(confidenceOf(checks(...others.with(at, high)))).toBeGreaterThan(
          confidenceOf(checks(...others.with(at, low))),
        );
      }
  });
});

it('takes a person who poses and blinks for real', () => {
  const decision = judge({});
  expect(decision).toMatchObject({ isReal: true, passed: 5, vetoed: false });
  expect(decision.evidence).toMatchObject({
    onePerson: true,
    flatMotion: false,
    repeatedPicture: false,
    isInconsistent: false,
    signs: [],
  });
  expect(decision.evidence.liveProbability).toBeCloseTo(0.97);
});

it('follows its threshold', () => {
  const { confidence } = judge({});
  expect(judge({}, { threshold: confidence }).isReal).toBe(true);
  expect(judge({}, { threshold: confidence + 0.001 }).isReal).toBe(false);
});

describe('a check that cannot be made', () => {
  const nothing = unavailable('not_measurable');

  it.each([
    ['missing', { status: 'missing' }, 'missing'],
    ['unreadable', { status: 'unreadable' }, 'unreadable'],
    ['empty', seen(), 'no_face'],
    ['without a mesh', seen(posedFace({}, { pose: nothing, mesh: nothing })), 'no_pose'],
  ] as const)('says why: the frame is %s', (_, frame, error) => {
    const { checks, isReal, passed } = judge({ left: frame });
    expect(checks.left).toEqual({ error });
    expect([isReal, passed]).toEqual([false, 4]);
  });

  it('does so for the blink when not one frame of it is usable', () => {
    const missing = { status: 'missing' } as const;
    expect(judge({ blink: [] }).checks.blink).toEqual({ error: 'missing' });
    expect(judge({ blink: [missing, seen()] }).checks.blink).toEqual({ error: 'missing' });
    expect(judge({ blink: [seen(), { status: 'unreadable' }] }).checks.blink).toEqual({ error: 'no_face' });
    expect(judge({ blink: [seen(), seen(posedFace({}))] }).checks.blink).toMatchObject({ measured: 1 });
  });

  it('does so for the consistency of fewer than two faces', () => {
    const empty = { left: seen(), right: seen(), center: seen() };
    expect(judge({ ...empty, blink: [] }).checks.consistency).toEqual({ error: 'no_face' });
    expect(judge({ ...empty, blink: [seen(posedFace({}))] }).checks.consistency).toEqual({
      error: 'no_face',
    });
  });
});

describe('a strong sign of an attack', () => {
  const stranger = embedded(0, 1);

  it('is another person in any frame', () => {
    for (const frames of [
      { center: seen(posedFace({ yaw: 1 }, { embedding: stranger, shape: { x: 205 } })) },
      { left: seen(posedFace({ yaw: -24 }, { embedding: stranger, shape: { x: 205 } })) },
      { blink: [...sequence().blink, seen(posedFace({}, { embedding: stranger, shape: { x: 205 } }))] },
    ]) {
      const { evidence, isReal, checks } = judge(frames);
      expect(evidence).toMatchObject({ onePerson: false, signs: ['another_person'] });
      expect(checks.consistency).toMatchObject({ valid: false, confidence: 0 });
      expect(isReal).toBe(false);
    }
  });

  it('is more generous to a far turn, where one person drifts from themselves', () => {
    const drifted = embedded(1, 0.42);
    const left = (yaw: number) => seen(posedFace({ yaw }, { embedding: drifted, shape: { x: 205 } }));
    expect(judge({ left: left(-50) }).evidence.onePerson).toBe(true);
    expect(judge({ left: left(-20) }).evidence.onePerson).toBe(false);
  });

  it('is not what cannot be measured: no embedder, no other person', () => {
    const decision = judgePosedFrames(sequence({ embedding: unavailable('no_model') }), options);
    expect(decision.evidence.onePerson).toBeNull();
    expect(decision.isReal).toBe(true);
  });

  it('is one file twice, or one face that did not move by a hair', () => {
    const { center } = sequence();
    expect(judge({ center, blink: [...sequence().blink, center] }).evidence.signs).toEqual([
      'repeated_picture',
    ]);
    const again = seen(posedFace({ yaw: 1 }, { shape: { x: 200.05 } }));
    expect(judge({ blink: [...sequence().blink, again] }).evidence.signs).toEqual(['repeated_picture']);
    const swayed = seen(posedFace({ yaw: 1 }, { shape: { x: 200.5 } }));
    expect(judge({ blink: [...sequence().blink, swayed] }).evidence.signs).toEqual([]);
  });

  it('is a face that narrows as it turns', () => {
    const turned = (yaw: number, width: number) => seen(posedFace({ yaw }, { shape: { x: 190, width } }));
    const flat = judge({ left: turned(-12, 160), right: turned(12, 163) });
    expect(flat.evidence).toMatchObject({ flatMotion: true, signs: ['flat_picture'] });
    expect(flat.checks.consistency).toMatchObject({ valid: false });
    expect(judge({ left: turned(-12, 175), right: turned(12, 176) }).evidence.flatMotion).toBe(false);
    expect(judge({ center: seen() }).evidence.flatMotion).toBeNull();
  });

  it('is somebody else as near; not a bystander', () => {
    const withOther = (height: number) => {
      const other = posedFace({}, { box: { x: 400, y: 0, width: height, height } });
      return judge({ right: seen(posedFace({ yaw: 24 }, { shape: { x: 190 } }), other) }).evidence.signs;
    };
    expect(withOther(200)).toEqual(['several_faces']);
    expect(withOther(100)).toEqual([]);
  });

  it('is what the anti-spoof nets take for an attack on the whole, not one unlucky frame', () => {
    const fake = judgePosedFrames(sequence({ antiSpoof: antiSpoof(0.1, 0.3) }), options);
    expect(fake.evidence.signs).toEqual(['attack_scores']);
    expect(fake).toMatchObject({ isReal: false, vetoed: true, passed: 5 });
    const unlucky = seen(posedFace({ yaw: 1 }, { antiSpoof: antiSpoof(0, 0), shape: { x: 205 } }));
    expect(judge({ center: unlucky })).toMatchObject({ isReal: true, evidence: { signs: [] } });
  });

  it('is a face that the nets cannot judge in any frame', () => {
    const small = judgePosedFrames(sequence({ measuredSide: 40 }), options);
    expect(small.evidence).toMatchObject({ liveProbability: null, signs: ['no_usable_frame'] });
  });

  it.each([[{}], [{ 'minifasnet-v2': unavailable('no_model') }]])(
    'is not the lack of any net, which refuses only where one must be: %j',
    (antiSpoof) => {
      for (const attackVeto of [true, false]) {
        const judgeWith = (needsAntiSpoof: boolean) =>
          judgePosedFrames(sequence({ antiSpoof }), { ...options, attackVeto, needsAntiSpoof });
        const evidence = { liveProbability: null, signs: ['no_anti_spoof_model'] };
        expect(judgeWith(false)).toMatchObject({ isReal: true, vetoed: false, evidence });
        expect(judgeWith(true)).toMatchObject({ isReal: false, vetoed: true, evidence });
      }
    },
  );

  it('is not doubt of the experimental net, which refuses only where a net must be', () => {
    const passive = experimentalCalibration;
    const unsure: readonly Partial<FaceFacts>[] = [
      { antiSpoof: ownScore(0.99) },
      { antiSpoof: ownScore(0.4) },
      { antiSpoof: ownScore(undefined) },
      { antiSpoof: ownScore(0.4), measuredSide: 40 },
    ];
    for (const changes of unsure) {
      const judgeWith = (needsAntiSpoof: boolean) =>
        judgePosedFrames(sequence(changes), { ...options, passive, needsAntiSpoof });
      const evidence = { signs: ['experimental_net'] };
      expect(judgeWith(false)).toMatchObject({ isReal: true, vetoed: false, evidence });
      expect(judgeWith(true)).toMatchObject({ isReal: false, vetoed: true, evidence });
    }
    const fake = judgePosedFrames(sequence({ antiSpoof: ownScore(0.01) }), { ...options, passive });
    expect(fake).toMatchObject({ isReal: false, evidence: { signs: ['attack_scores', 'experimental_net'] } });
  });

  it('is no lack of nets where there is nobody, or some net', () => {
    const nobody = { left: seen(), right: seen(), center: seen(), blink: [] };
    expect(judgePosedFrames(nobody, options).evidence.signs).toEqual([]);
    const one = { 'minifasnet-v2': antiSpoof(0.97, 0.97)['minifasnet-v2']!, other: unavailable('no_model') };
    const needing = { ...options, needsAntiSpoof: true };
    expect(judgePosedFrames(sequence({ antiSpoof: one }), needing).evidence.signs).toEqual([]);
  });

  it('does not ask the nets about far turns', () => {
    const left = seen(posedFace({ yaw: -60 }, { antiSpoof: antiSpoof(0, 0), shape: { x: 205 } }));
    const { evidence } = judge({ left });
    expect(evidence.frames[0]).toEqual({ name: 'left', liveProbability: null });
    expect(evidence.liveProbability).toBeCloseTo(0.97);
  });
});

describe('the veto', () => {
  const attack = sequence({ antiSpoof: antiSpoof(0.01, 0.01) });

  it.each([0.1, 0.7, 1])('leaves a confidence well under a threshold of %d', (threshold) => {
    const decision = judgePosedFrames(attack, { ...options, threshold });
    expect(decision).toMatchObject({ isReal: false, vetoed: true });
    expect(decision.confidence).toBeLessThanOrEqual(threshold / 2);
  });

  it('can be turned off: then the checks of seed 002 decide alone', () => {
    const decision = judgePosedFrames(attack, { ...options, attackVeto: false });
    expect(decision).toMatchObject({ isReal: true, vetoed: false });
    expect(decision.evidence.signs).toEqual(['attack_scores']);
  });
});
