import { expect, it } from 'vitest';
import { asAsked, obedient, seedSettings } from '../../../test/support/challenge-player.ts';
import {
  advanceChallenge,
  type ChallengeMessage,
  type ChallengeState,
  type Direction,
  nextDeadline,
  nextLook,
  remainingTime,
  startChallenge,
  turnsAfterLoss,
} from './machine.ts';

/** Somebody who does as told, and is lost whenever `loses` says so; each time other directions are drawn. */
function play(
  loses: (told: ChallengeMessage, at: number, losses: number) => boolean,
  drawn: readonly Direction[],
) {
  const answer = obedient();
  let { state, messages } = startChallenge(seedSettings, drawn.slice(0, 3), 0);
  const told = [...messages];
  let losses = 0;
  let taken = 3;
  for (let at = 143; nextDeadline(state) !== null && at < 60_000; at += 143) {
    if (loses(told.at(-1)!, at, losses)) {
      const count = turnsAfterLoss(state);
      const directions = drawn.slice(taken, taken + count);
      taken += count;
      losses++;
      state = advanceChallenge(state, { type: 'interrupt', at, directions }).state;
      told.push({ type: 'waiting', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 0 });
      continue;
    }
    const look = nextLook(state, at);
    const facts = asAsked(answer(told.at(-1)!, at), look);
    ({ state, messages } = advanceChallenge(state, { type: 'frame', at, facts, full: look.full }));
    told.push(...messages);
  }
  return { told: told.filter(({ total }) => total > 0), state, last: told.at(-1)! };
}

const directions: readonly Direction[] = [
  'LEFT',
  'UP',
  'RIGHT',
  'DOWN',
  'LEFT',
  'UP',
  'RIGHT',
  'DOWN',
  'LEFT',
];
const isAsked = ({ type }: ChallengeMessage) => type === 'challenge';

it('costs nothing before a direction is announced', () => {
  const { told, last } = play((_, at, losses) => losses === 0 && at > 200, directions);
  expect(last).toMatchObject({ type: 'complete', total: 3 });
  // Those that were drawn first nobody has heard, but who knows.
  expect(told.filter(isAsked).map(({ instruction }) => instruction)).toEqual(['DOWN', 'LEFT', 'UP']);
});

it('draws an announced direction anew, and asks for one more', () => {
  const { told, last } = play((message, _, losses) => losses === 0 && isAsked(message), directions);
  expect(last).toMatchObject({ type: 'complete', success: 4, total: 4, live: true });
  const asked = told.filter(isAsked).map(({ instruction }) => instruction);
  expect(asked).toEqual(['LEFT', 'DOWN', 'LEFT', 'UP', 'RIGHT']);
});

it('keeps the turns that were passed', () => {
  const { told, last } = play((message, _, losses) => losses === 0 && message.success === 1, directions);
  expect(last).toMatchObject({ type: 'complete', success: 3, total: 3 });
  expect(told.filter(isAsked).map(({ instruction }) => instruction)).toEqual(['LEFT', 'DOWN', 'LEFT']);
});

it('stops the clock of the turn, and never that of the session', () => {
  let step = startChallenge(seedSettings, directions.slice(0, 3), 0);
  const announced: ChallengeState = { ...step.state, phase: 'action', challengeDeadline: 5_000 };
  expect(remainingTime(announced, 4_000)).toEqual({ turn: 1_000, session: 26_000 });
  step = advanceChallenge(announced, { type: 'interrupt', at: 4_000, directions: directions.slice(3, 7) });
  expect(remainingTime(step.state, 9_000)).toEqual({ turn: null, session: 21_000 });
  expect(advanceChallenge(step.state, { type: 'tick', at: 9_000 }).state.phase).toBe('center');
  const { messages } = advanceChallenge(step.state, { type: 'tick', at: 30_000 });
  expect(messages).toMatchObject([{ type: 'failed', reason: 'session_timeout' }]);
});

it('for ever ends with the time of the session', () => {
  const { last } = play((message) => isAsked(message), Array(100_000).fill('LEFT'));
  expect(last).toMatchObject({ type: 'failed', reason: 'session_timeout' });
});
