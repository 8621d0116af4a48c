import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOptions, readConfig } from '../src/config.ts';
import { serverMessage } from '../src/contracts/challenge/schemas.ts';
import type { Perception } from '../src/perception/engine.ts';
import { listeningApp } from './support/app.ts';
import {
  type Behaviour,
  type ClientSettings,
  cooperative,
  replayOf,
  type Session,
  still,
  takeChallenge,
  transports,
} from './support/challenge-client.ts';
import { endsOf, renderTwoPeople, serverAsking, takeChallenges } from './support/challenge-server.ts';
import { startPool } from './support/pool.ts';
import type { Direction, PoseBank } from './support/pose-bank.ts';

// Seed 001 with the real models, the real pool and puppets for users: the wire alone, with its limits, is
// tested beside the contract.

const engine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));

/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120' };

let pool: Perception;
let someone: PoseBank;
let another: PoseBank;
beforeAll(async () => {
  [someone, another] = await renderTwoPeople(engine);
  pool = await startPool(engine);
});
afterAll(() => pool?.close());

/** The whole conversation of a session that asked for left, up and right. */
function expectPassed({ messages, last, closeCode }: Session): void {
  expect(messages[0]).toEqual({
    type: 'start',
    state: 'WAITING_CENTER',
    instruction: 'CENTER',
    success: 0,
    total: 3,
  });
  const told = messages.filter(({ type }) => type === 'challenge' || type === 'success');
  expect(told.map(({ type, instruction, success }) => `${type} ${instruction} ${success}`)).toEqual([
    'challenge LEFT 0',
    'success CENTER 1',
    'challenge UP 1',
    'success CENTER 2',
    'challenge RIGHT 2',
    'success CENTER 3',
  ]);
  expect(last).toMatchObject({
    type: 'complete',
    state: 'COMPLETE',
    instruction: 'VERIFIED',
    success: 3,
    live: true,
  });
  expect(closeCode).toBe(1000);
  for (const message of messages) expect(Value.Errors(serverMessage, message)).toEqual([]);
  // The turn to the left that was asked for reads as one.
  expect(messages.find(({ type }) => type === 'success')!.yaw).toBeLessThan(-15);
}

describe('somebody who does as told', () => {
  it('passes, however the pictures come', async () => {
    const ways: readonly ClientSettings[] = [
      { transport: transports.base64 },
      { transport: transports.dataUrl },
      { transport: transports.binary },
      // A picture for each message, as the seed's Python client sends them.
      { pace: 'each' },
    ];
    const url = await serverAsking(pool, ['LEFT', 'UP', 'RIGHT'], patience);
    const sessions = await Promise.all(
      ways.map((settings) => takeChallenge(url, cooperative(someone), settings)),
    );
    for (const session of sessions) expectPassed(session);
  });

  it('passes each time, whatever is asked', async () => {
    const url = await listeningApp(patience, { perception: pool });
    const sessions = await takeChallenges(12, () => takeChallenge(url, cooperative(someone)));
    expect(endsOf(sessions)).toEqual(sessions.map(() => 'live'));
  });
});

const opposite: Readonly<Record<Direction, Direction>> = {
  LEFT: 'RIGHT',
  RIGHT: 'LEFT',
  UP: 'UP',
  DOWN: 'DOWN',
};

describe('nobody passes who', () => {
  it.each<[string, () => Behaviour, string, object]>([
    ['holds still', () => still(someone), 'challenge_timeout', {}],
    [
      'mirrors left and right',
      () => cooperative(someone, (asked) => opposite[asked]),
      'wrong_direction',
      patience,
    ],
    [
      'swaps the person half-way',
      () => cooperative(({ success }) => (success > 0 ? another : someone)),
      'face_changed',
      patience,
    ],
    [
      'looks at the camera and lets somebody else make the turns',
      () => cooperative(({ instruction }) => (instruction === 'CENTER' ? someone : another)),
      'face_changed',
      patience,
    ],
  ])('%s', async (_, behaviour, reason, settings) => {
    const url = await serverAsking(pool, ['UP', 'LEFT', 'RIGHT', 'DOWN'], { ...settings });
    const sessions = await takeChallenges(6, () => takeChallenge(url, behaviour()));
    expect(endsOf(sessions)).toEqual(sessions.map(() => reason));
    for (const { messages } of sessions) expect(messages.some(({ live }) => live === true)).toBe(false);
  });

  it('replays a session that passed', async () => {
    const url = await serverAsking(pool, ['LEFT', 'UP', 'RIGHT', 'DOWN', 'DOWN', 'LEFT'], patience);
    const recorded = await takeChallenge(url, cooperative(someone));
    expect(recorded.last.live).toBe(true);
    const { last } = await takeChallenge(url, replayOf(recorded.sent));
    expect(last).toMatchObject({ type: 'failed', reason: expect.stringMatching(/wrong_direction|timeout/) });
  });
});
