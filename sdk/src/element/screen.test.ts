import { describe, expect, it } from 'vitest';
import { idleState, type LivenessState } from '../state.ts';
import { texts } from '../texts.ts';
import { arrowOf, screenOf } from './screen.ts';

const state = (more: Partial<LivenessState>): LivenessState => ({ ...idleState, total: 3, ...more });

describe('the arrow on the mirrored picture', () => {
  it.each([
    ['LEFT', 'left'],
    ['RIGHT', 'right'],
    ['UP', 'top'],
    ['DOWN', 'bottom'],
    ['CENTER', null],
    ['VERIFIED', null],
    [null, null],
  ] as const)('%s: %s', (instruction, place) => expect(arrowOf(instruction)).toBe(place));

  it('is there only while there is a head to turn', () => {
    expect(screenOf(state({ phase: 'running', instruction: 'UP' }), 'en').arrow).toBe('top');
    expect(screenOf(state({ phase: 'reconnecting', instruction: 'UP' }), 'en').arrow).toBe(null);
    expect(screenOf(state({ phase: 'failed', instruction: 'UP' }), 'en').arrow).toBe(null);
  });
});

describe('the words', () => {
  it.each([
    [{ phase: 'permission' }, 'sdk.permission'],
    [{ phase: 'waiting' }, 'sdk.waiting'],
    [{ phase: 'running', instruction: 'CENTER', success: 0 }, 'sdk.CENTER'],
    [{ phase: 'running', instruction: 'DOWN', success: 0 }, 'sdk.DOWN'],
    [{ phase: 'running', instruction: 'CENTER', success: 1 }, 'sdk.back'],
    [{ phase: 'running', instruction: 'CENTER', success: 3 }, 'sdk.last'],
    [{ phase: 'complete', instruction: 'VERIFIED', success: 3 }, 'sdk.complete'],
    [{ phase: 'failed', failure: { reason: 'challenge_timeout', hint: null } }, 'failure.challenge_timeout'],
    [{ phase: 'failed', failure: { reason: 'of_the_future', hint: null } }, 'sdk.trouble.server_failed'],
  ] as const)('%j: %s', (part, key) => expect(screenOf(state(part), 'id').words).toBe(texts.id[key]));

  it('say what to do about it: a way out, a hint, what kept the face from being judged', () => {
    const trouble = { code: 'camera_in_use', wayOut: 'retry', retryAfter: 0, needsToken: false } as const;
    expect(screenOf(state({ phase: 'error', trouble }), 'uz')).toMatchObject({
      kind: 'failed',
      words: texts.uz['sdk.trouble.camera_in_use'],
      detail: texts.uz['sdk.wayOut.camera_in_use'],
    });
    const running = state({ phase: 'running', instruction: 'CENTER', hint: 'several_faces' });
    expect(screenOf(running, 'en').detail).toBe(texts.en['sdk.hint.several_faces']);
    const failed = state({
      phase: 'failed',
      failure: { reason: 'session_timeout', hint: 'face_too_dark' },
      hint: 'busy',
    });
    expect(screenOf(failed, 'en').detail).toBe(texts.en['sdk.hint.face_too_dark']);
  });
});
