import { describe, expect, it } from 'vitest';
import { embeddingFacts } from '../../../test/support/facts.ts';
import { embeddingOf, turnedFace } from '../../../test/support/turned-face.ts';
import { measured, unavailable } from '../facts.ts';
import {
  hasSeenVisitor,
  isSameVisitor,
  isVisitFull,
  knowVisitor,
  noVisits,
  seeFace,
  startVisit,
  wantsEmbedding,
} from './one-face.ts';

const neutral = { yaw: 5, pitch: -10 };
const face = (person: number, pose = neutral) =>
  turnedFace(pose, { embedding: measured(embeddingOf(person)) });
const visitOf = (oneFace = noVisits, ...people: number[]) =>
  people.reduce((before, person) => seeFace(before, face(person), neutral), startVisit(oneFace));
const known = knowVisitor(visitOf(noVisits, 1, 1, 1));

describe('the visits to the centre', () => {
  it('are of one person', () => {
    expect(isSameVisitor(visitOf(known, 1))).toBe(true);
    expect(isSameVisitor(visitOf(known, 2))).toBe(false);
    expect(isSameVisitor(visitOf(known, 2, 2, 2))).toBe(false);
  });

  it('are compared with the first, not with the last', () => {
    expect(visitOf(known, 1, 1).reference).toHaveLength(3);
  });

  it('are judged by the mean of their faces', () => {
    expect(isSameVisitor(visitOf(known, 1, 2, 2))).toBe(false);
  });

  it('are judged the more strictly the more faces they show', () => {
    // 0.06 apart: two people by the means of three, too close to call by one frame (`same-person.json`).
    const vector = new Float32Array(128);
    [vector[1], vector[2]] = [0.94, Math.sqrt(1 - 0.94 ** 2)];
    const close = turnedFace(neutral, { embedding: measured(embeddingFacts(vector)) });
    const once = seeFace(startVisit(known), close, neutral);
    expect(isSameVisitor(once)).toBe(true);
    expect(isSameVisitor(seeFace(seeFace(once, close, neutral), close, neutral))).toBe(false);
  });

  it('of faces of different models are never of one person', () => {
    const other = { ...embeddingOf(1), model: 'another' };
    const visit = seeFace(startVisit(known), turnedFace(neutral, { embedding: measured(other) }), neutral);
    expect(isSameVisitor(visit)).toBe(false);
  });

  it('say nothing without a face', () => {
    expect(isSameVisitor(startVisit(known))).toBe(true);
  });
});

describe('a face counts', () => {
  it.each([
    [25, 0, true],
    [25.1, 0, false],
    [0, -15, true],
    [0, 15.1, false],
  ])('%d° of yaw and %d° of pitch from neutral: %s', (yaw, pitch, counts) => {
    const pose = { yaw: neutral.yaw + yaw, pitch: neutral.pitch + pitch };
    expect(seeFace(noVisits, face(1, pose), neutral).visit).toHaveLength(counts ? 1 : 0);
    expect(wantsEmbedding(noVisits, pose, neutral)).toBe(counts);
  });

  it('at any pitch while the neutral pose is not known', () => {
    expect(seeFace(noVisits, face(1, { yaw: 0, pitch: 25 }), null).visit).toHaveLength(1);
  });

  it('three times a visit', () => {
    const full = visitOf(noVisits, 1, 1, 1, 1);
    expect(full.visit).toHaveLength(3);
    expect(isVisitFull(full)).toBe(true);
    expect(wantsEmbedding(full, neutral, neutral)).toBe(false);
  });
});

describe('a visit can be left', () => {
  it('when it showed its face', () => {
    expect(hasSeenVisitor(startVisit(known))).toBe(false);
    expect(hasSeenVisitor(visitOf(known, 1))).toBe(true);
  });

  it('when no model tells faces apart', () => {
    const blind = seeFace(noVisits, turnedFace(neutral, { embedding: unavailable('no_model') }), neutral);
    expect(hasSeenVisitor(blind)).toBe(true);
    expect(wantsEmbedding(blind, neutral, neutral)).toBe(false);
  });

  it('not before the first face is known: all others are compared with it', () => {
    expect(hasSeenVisitor(noVisits)).toBe(false);
  });
});
