import { describe, expect, it } from 'vitest';
import { obedient, playSession, seedSettings } from '../../../test/support/challenge-player.ts';
import { experimentalCalibration, ownScore } from '../../../test/support/experimental.ts';
import { faceFacts } from '../../../test/support/facts.ts';
import { type FaceFacts, type FrameFacts, measured, valueIfMeasured } from '../facts.ts';
import type { ChallengeMessage, Direction } from './machine.ts';

const directions: readonly Direction[] = ['LEFT', 'UP', 'RIGHT'];

/** A person who does what they are told, but whose face is measured so while `holds`. */
function obedientBut(changes: Partial<FaceFacts>, holds: (told: ChallengeMessage) => boolean = () => true) {
  const answer = obedient();
  return (told: ChallengeMessage, at: number): FrameFacts => {
    const facts = answer(told, at);
    return holds(told) ? { ...facts, faces: facts.faces.map((face) => ({ ...face, ...changes })) } : facts;
  };
}

const small = { measuredSide: 61 };
const dark = measured({ ...valueIfMeasured(faceFacts().texture)!, brightness: 0.05 });
const tooSmall = { code: 'face_too_small', side: 61, minimum: 80 };
const hintsOf = (messages: readonly ChallengeMessage[]) => messages.flatMap(({ hint }) => hint?.code ?? []);

describe('whoever is out of range', () => {
  it.each([
    [small, tooSmall],
    [{ visible: 0.5 }, { code: 'face_cut_off', visible: 0.5, minimum: 0.9 }],
    [{ room: 1.1 }, { code: 'face_too_close', room: 1.1, minimum: 1.25 }],
    [{ texture: dark }, { code: 'face_too_dark', brightness: 0.05, minimum: 0.12 }],
  ] as const)('hears of it while it lasts, and when time has run out: %j', (changes, hint) => {
    const { messages, last } = playSession(obedientBut(changes), directions);
    expect(last).toMatchObject({ type: 'failed', reason: 'session_timeout', success: 3, hint });
    const waiting = messages.filter(({ type }) => type === 'waiting');
    expect(waiting.length).toBeGreaterThan(100);
    expect(waiting.every((message) => message.hint?.code === hint.code)).toBe(true);
    const others = messages.filter(({ type }) => type !== 'waiting' && type !== 'failed');
    expect(hintsOf(others)).toEqual([]);
  });

  it('hears no more of it when they have mended it, and is judged', () => {
    const { messages, last } = playSession(
      obedientBut(small, ({ success }) => success < 3),
      directions,
    );
    expect(last).toMatchObject({ type: 'complete', live: true });
    const atLast = messages.filter(({ type, success }) => type === 'waiting' && success === 3);
    expect(atLast.length).toBeGreaterThan(5);
    expect(hintsOf(atLast)).toEqual([]);
  });

  it('is not told so where another reason ends the session', () => {
    const settings = { ...seedSettings, challengeTimeout: 100 };
    const { last } = playSession(obedientBut(small), directions, { settings });
    expect(last).toMatchObject({ type: 'failed', reason: 'challenge_timeout' });
    expect(last).not.toHaveProperty('hint');
  });
});

describe('nobody hears of', () => {
  it('anything, whose face is in range, also while they turn', () => {
    expect(hintsOf(playSession(obedient(), directions).messages)).toEqual([]);
  });

  it.each([
    ['the experimental net, which vouches for nobody', ownScore(0.9), experimentalCalibration],
    ['no net', {}, seedSettings.calibration],
  ] as const)('their size where they need not be in range, with %s', (_, antiSpoof, calibration) => {
    const settings = { ...seedSettings, calibration };
    const { messages, last } = playSession(obedientBut({ ...small, antiSpoof }), directions, { settings });
    expect(last).toMatchObject({ type: 'complete', live: true });
    expect(hintsOf(messages)).toEqual([]);
  });
});
