import { expect, it } from 'vitest';
import { scriptedPerception } from '../../test/support/app.ts';
import { uncalibrated } from '../decisions/live-calibration.ts';
import { createByteBudget } from './byte-budget.ts';
import type { ChallengeClient, ChallengeMessage, SessionSummary } from './challenge-client.ts';
import { createChallengeSessions } from './challenge-sessions.ts';

function sessionsFor(maxSessions = 3) {
  return createChallengeSessions({
    perception: scriptedPerception(),
    settings: {
      requiredSuccesses: 3,
      challengeTimeout: 5_000,
      sessionTimeout: 30_000,
      maxWrongAttempts: 1,
      bystanderRatio: 0.5,
      calibration: uncalibrated,
      needsAntiSpoof: false,
    },
    maxSessions,
    maxFrameRate: 60,
    idleTimeout: 10_000,
    now: () => performance.now(),
    budget: createByteBudget(1_000_000),
  });
}

/** A client, and what it has heard. */
function listener() {
  const messages: ChallengeMessage[] = [];
  const ends: SessionSummary[] = [];
  const client: ChallengeClient = {
    tell: (message) => void messages.push(message),
    end: (summary) => void ends.push(summary),
    fail: (error) => {
      throw error;
    },
  };
  return { client, messages, ends };
}

it('admits so many, and another one for each that leaves', () => {
  const sessions = sessionsFor(2);
  const leave = sessions.admit();
  sessions.admit();
  expect(() => sessions.admit()).toThrow(expect.objectContaining({ code: 'too_many_sessions' }));
  leave();
  sessions.admit();
  expect(() => sessions.admit()).toThrow(expect.objectContaining({ code: 'too_many_sessions' }));
});

it('tells who was admitted before it closed and comes after it at once', () => {
  const sessions = sessionsFor();
  sessions.admit();
  sessions.close();
  expect(() => sessions.admit()).toThrow(expect.objectContaining({ code: 'shutting_down' }));
  const { client, messages, ends } = listener();
  sessions.open(client);
  expect(messages).toMatchObject([{ type: 'start' }, { type: 'failed', reason: 'shutting_down' }]);
  expect(ends).toMatchObject([{ outcome: 'failed', reason: 'shutting_down' }]);
  expect(sessions.figures()).toMatchObject({
    open: 0,
    ended: [{ outcome: 'failed', reason: 'shutting_down', sessions: 1 }],
  });
});

it('draws directions by itself: a session reveals none before its turn', () => {
  const { client, messages } = listener();
  const session = sessionsFor().open(client);
  expect(messages).toMatchObject([{ type: 'start', instruction: 'CENTER', total: 3 }]);
  session.leave();
});
