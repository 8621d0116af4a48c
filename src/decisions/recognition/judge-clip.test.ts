import { describe, expect, it } from 'vitest';
import { antiSpoof, embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { clipRules, seedTexture } from '../../../test/support/recognition-rules.ts';
import { type FaceFacts, type FrameFacts, measured, unavailable } from '../facts.ts';
import { judgeClip } from './judge-clip.ts';

/** One person's face; distances are in the space of the default embedder. */
const face = (changes: Partial<FaceFacts> = {}, angle = 0): FaceFacts =>
  faceFacts({
    texture: measured(seedTexture),
    pose: measured({ yaw: 0, pitch: 0, roll: 0 }),
    embedding: measured(embeddingFacts([Math.cos(angle), Math.sin(angle)], 'dlib-resnet')),
    antiSpoof: antiSpoof(0.95, 0.95),
    ...changes,
  });
const attack = { antiSpoof: antiSpoof(0.05, 0.05) };
/** cos 0.5 is 0.88: a raw distance of 0.12. */
const stranger = 0.5;

const clip = (faces: readonly (readonly FaceFacts[])[]): { frames: FrameFacts[] } => ({
  frames: faces.map((some, index) => ({ ...frameFacts(...some), capturedAt: index * 100 })),
});
const repeat = (count: number, ...faces: readonly FaceFacts[]) => Array.from({ length: count }, () => faces);
const codes = ({ reasons }: ReturnType<typeof judgeClip>) => reasons.map(({ code }) => code);

describe('a clip is live', () => {
  it('of enough frames that are', () => {
    const judgement = judgeClip(clip(repeat(8, face())), 0.5, clipRules);
    expect(judgement).toMatchObject({
      isLive: true,
      passRatio: 1,
      identity: { person: 'same' },
      reasons: [],
    });
    expect(judgement.best?.at).toBe(0);
  });

  it.each([
    [6, 4, true, 0.6],
    [5, 5, false, 0.5],
    [8, 0, true, 1],
    [0, 8, false, 0],
  ])('by its votes: %d for, %d against', (pros, cons, isLive, ratio) => {
    const frames = [...repeat(pros, face()), ...repeat(cons, face(attack))];
    const judgement = judgeClip(clip(frames), 0.5, clipRules);
    expect([judgement.isLive, judgement.passRatio]).toEqual([isLive, ratio]);
    expect(codes(judgement)).toEqual(isLive ? [] : ['too_few_live']);
    expect(judgement.best?.judgement.isLive).toBe(isLive);
  });

  it('by no frame without a face, nor with two that could be meant; people further back do not count', () => {
    const small = face({ box: { x: 0, y: 0, width: 50, height: 60 } });
    const enough = [...repeat(8, face(), small), ...repeat(3), ...repeat(3, face(), face())];
    const judgement = judgeClip(clip(enough), 0.5, clipRules);
    expect(judgement).toMatchObject({ isLive: true, passRatio: 1 });
    const statuses = judgement.outcomes.map(({ status }) => status);
    expect(statuses).toEqual([
      ...Array(8).fill('one_face'),
      ...Array(3).fill('no_face'),
      ...Array(3).fill('several_faces'),
    ]);
    const few = judgeClip(clip([...repeat(7, face()), ...repeat(9)]), 0.5, clipRules);
    expect([few.isLive, codes(few)]).toEqual([false, ['too_few_faces']]);
  });

  it('by none at all', () => {
    const nobody = judgeClip(clip(repeat(8)), 0.5, clipRules);
    expect(nobody).toMatchObject({ isLive: false, passRatio: null, best: undefined });
    const crowd = judgeClip(clip(repeat(8, face(), face())), 0, clipRules);
    expect(crowd).toMatchObject({ isLive: false, passRatio: null, best: { at: 0 } });
    expect(codes(crowd)).toEqual(['too_few_faces']);
    expect(judgeClip(clip([]), 0.5, { ...clipRules, minimumFrames: 0 }).isLive).toBe(false);
  });
});

describe('a clip that changes hands is not live', () => {
  const one = repeat(6, face());
  const other = repeat(6, face({}, stranger));

  it.each([
    ['half way', [...one, ...other]],
    ['and back', [...one, ...other, ...one]],
    ['for three frames', [...one, ...other.slice(0, 3), ...one]],
    ['for one frame', [...one, ...other.slice(0, 1), ...one]],
    ['at its end', [...one, ...one, ...other.slice(0, 1)]],
  ])('%s', (_, frames) => {
    const judgement = judgeClip(clip(frames), 0.5, clipRules);
    expect([judgement.isLive, codes(judgement)]).toEqual([false, ['face_changed']]);
  });

  it('but turned faces are not compared: embeddings drift in turns', () => {
    const turned = face({ pose: measured({ yaw: 30, pitch: 0, roll: 0 }) }, stranger);
    const judgement = judgeClip(clip([...one, ...repeat(3, turned), ...one]), 0.5, clipRules);
    expect(judgement).toMatchObject({ isLive: true, identity: { person: 'same' } });
    expect(judgement.identity.compared).toHaveLength(12);
  });

  it('where nothing can be compared, that is said', () => {
    const blurred = face({ embedding: unavailable('not_measurable') });
    const judgement = judgeClip(clip(repeat(8, blurred)), 0.5, clipRules);
    expect(judgement).toMatchObject({
      isLive: true,
      identity: { person: 'face_not_comparable', compared: [] },
    });
  });
});

it('shows the best frame of those that speak for the verdict', () => {
  const sharp = face({ measuredSide: 200 });
  const small = face({ measuredSide: 85 });
  const sharpAttack = face({ ...attack, measuredSide: 400 });
  const frames = [...repeat(6, small), [sharp], [sharp], ...repeat(2, sharpAttack)];
  const live = judgeClip(clip(frames), 0.5, clipRules);
  expect([live.isLive, live.best?.at, live.best?.judgement.isLive]).toEqual([true, 600, true]);
  const strict = judgeClip(clip(frames), 0.5, { ...clipRules, passRatio: 1 });
  expect([strict.isLive, strict.best?.at, strict.best?.judgement.isLive]).toEqual([false, 800, false]);
});

it('a frame names what else than its score keeps it from being live', () => {
  const turned = face({ pose: measured({ yaw: 60, pitch: 0, roll: 0 }) });
  const frames = [[face()], [turned], [face(attack)], [face(), face()], []];
  const { outcomes } = judgeClip(clip(frames), 0.5, clipRules);
  expect(outcomes.map((outcome) => ('obstacle' in outcome ? outcome.obstacle : undefined))).toEqual([
    undefined,
    'face_turned_away',
    undefined,
    'several_faces',
    undefined,
  ]);
});
