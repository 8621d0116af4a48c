import { describe, expect, it } from 'vitest';
import { advance, idleState, type SessionEvent, type SessionState } from './state.ts';
import type { Trouble } from './troubles.ts';
import type { ServerMessage } from './wire.ts';

const start: ServerMessage = {
  type: 'start',
  state: 'WAITING_CENTER',
  instruction: 'CENTER',
  success: 0,
  total: 3,
};
const told = (
  at: number,
  message: Partial<ServerMessage>,
  more: { turnTimeout?: number; isSlow?: boolean } = {},
) =>
  ({ type: 'message', at, message: { ...start, ...message }, isSlow: false, ...more }) satisfies SessionEvent;
const after = (...events: SessionEvent[]): SessionState => events.reduce(advance, idleState);
const left = { type: 'challenge', state: 'WAITING_ACTION', instruction: 'LEFT' } as const;
const trouble: Trouble = { code: 'camera_lost', wayOut: 'retry', retryAfter: 0, needsToken: true };

it('follows a session to its end', () => {
  const events: SessionEvent[] = [
    { type: 'phase', phase: 'permission' },
    { type: 'phase', phase: 'camera' },
    { type: 'phase', phase: 'connecting' },
    told(0, {}),
    told(1, left),
    told(2, { type: 'success', success: 1 }),
    told(3, { type: 'complete', state: 'COMPLETE', instruction: 'VERIFIED', success: 3 }),
  ];
  const states = events.map((_, index) => after(...events.slice(0, index + 1)));
  expect(states.map(({ phase }) => phase)).toEqual([
    'permission',
    'camera',
    'connecting',
    'running',
    'running',
    'running',
    'complete',
  ]);
  expect(states.at(-2)).toMatchObject({ instruction: 'CENTER', success: 1, total: 3 });
});

it('keeps what was reached while the connection is away, and forgets it with a new session', () => {
  const lost = after(told(0, { ...left, success: 2 }), { type: 'phase', phase: 'reconnecting' });
  expect(lost).toMatchObject({ phase: 'reconnecting', success: 2, turn: null, hint: null });
  expect(advance(lost, { type: 'phase', phase: 'permission' })).toEqual({
    ...idleState,
    phase: 'permission',
  });
});

it('says why a session failed', () => {
  const failed = after(told(0, { type: 'failed', reason: 'session_timeout', hint: 'face_too_dark' }));
  expect(failed).toMatchObject({
    phase: 'failed',
    failure: { reason: 'session_timeout', hint: 'face_too_dark' },
  });
  expect(
    after(told(0, { type: 'failed', reason: 'wrong_direction', wrong_direction: 'UP' })).failure,
  ).toEqual({
    reason: 'wrong_direction',
    hint: null,
  });
});

it('ends with a trouble, without a hint that would contradict it', () => {
  const state = after(told(0, { error: 'busy' }), { type: 'trouble', trouble });
  expect(state).toMatchObject({ phase: 'error', trouble, hint: null, turn: null });
  expect(advance(state, { type: 'stop' })).toEqual(idleState);
});

it('says that the link is slow where nothing else is to be said', () => {
  const slow = [0, 200, 400].map((at) => told(at, { type: 'waiting' }, { isSlow: true }));
  expect(after(...slow).hint).toBe('slow_connection');
  const dark = [0, 200, 400].map((at) =>
    told(at, { type: 'waiting', hint: 'face_too_dark' }, { isSlow: true }),
  );
  expect(after(...dark).hint).toBe('face_too_dark');
});

describe('the clock of a turn', () => {
  it('is the server’s where it tells', () => {
    const first = after(told(1_000, { ...left, turn_remaining_ms: 5_000 }));
    expect(first.turn).toEqual({ duration: 5_000, endsAt: 6_000 });
    const next = advance(first, told(1_200, { ...left, type: 'waiting', turn_remaining_ms: 4_700 }));
    expect(next.turn).toEqual({ duration: 5_000, endsAt: 5_900 });
    expect(advance(next, told(1_300, { type: 'success', turn_remaining_ms: null })).turn).toBe(null);
  });

  it('is ours where it does not, and begins anew with each turn', () => {
    const first = after(told(1_000, left, { turnTimeout: 5_000 }));
    expect(advance(first, told(3_000, { ...left, type: 'waiting' }, { turnTimeout: 5_000 })).turn).toEqual({
      duration: 5_000,
      endsAt: 6_000,
    });
    const second = advance(first, told(4_000, { ...left, instruction: 'UP' }, { turnTimeout: 5_000 }));
    expect(second.turn).toEqual({ duration: 5_000, endsAt: 9_000 });
  });

  it('is not shown where nobody knows it', () => expect(after(told(0, left)).turn).toBe(null));
});
