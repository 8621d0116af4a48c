import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engineOptions, readConfig } from '../../src/config.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import {
  type Behaviour,
  cooperative,
  replayOf,
  type Session,
  still,
  takeChallenge,
} from '../support/challenge-client.ts';
import { endsOf, renderTwoPeople, takeChallenges } from '../support/challenge-server.ts';
import { startPool } from '../support/pool.ts';
import type { Direction, PoseBank } from '../support/pose-bank.ts';

// Fifty sessions of each kind with puppets, as issue "Motion" asks: too many for `npm test`, which runs some.

const engine = engineOptions(readConfig({ MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' }));
const sessionsOfEach = 50;
const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];

let pool: Perception;
let someone: PoseBank;
let another: PoseBank;
beforeAll(async () => {
  [someone, another] = await renderTwoPeople(engine);
  pool = await startPool(engine);
});
afterAll(() => pool?.close());

/** How fifty sessions ended. */
async function fifty(url: string, behaviour: (index: number) => Behaviour): Promise<string[]> {
  const take = (index: number): Promise<Session> => takeChallenge(url, behaviour(index));
  const ends = endsOf(await takeChallenges(sessionsOfEach, take, 8));
  const counts = [...new Set(ends)].map((end) => `${end} ${ends.filter((other) => other === end).length}`);
  console.log(`${expect.getState().currentTestName}: ${counts.join(', ')}`);
  return ends;
}

const lives = (ends: readonly string[]) => ends.filter((end) => end === 'live').length;

it('fifty who do as told pass', async () => {
  const url = await listeningApp({}, { perception: pool });
  expect(lives(await fifty(url, () => cooperative(someone)))).toBe(sessionsOfEach);
});

const mirrored: Readonly<Record<Direction, Direction>> = {
  LEFT: 'RIGHT',
  RIGHT: 'LEFT',
  UP: 'UP',
  DOWN: 'DOWN',
};

it.each<[string, () => Behaviour]>([
  ['hold still', () => still(someone)],
  ['mirror left and right', () => cooperative(someone, (asked) => mirrored[asked])],
  ['swap the person half-way', () => cooperative(({ success }) => (success > 0 ? another : someone))],
  [
    'let somebody else make the turns',
    () => cooperative(({ instruction }) => (instruction === 'CENTER' ? someone : another)),
  ],
])('none of fifty who %s passes', async (_, behaviour) => {
  const url = await listeningApp({}, { perception: pool });
  expect(lives(await fifty(url, behaviour))).toBe(0);
});

/** Seven of fifty would happen once in 40,000 runs if one in 56 passes; see `drawDirections`. */
const byChance = 6;

it('fifty who turn at random pass no oftener than chance', async () => {
  const url = await listeningApp({}, { perception: pool });
  const atRandom = () => {
    const choices = Array.from({ length: 3 }, () => directions[randomInt(4)]!);
    return cooperative(someone, (_, { success }) => choices[success]!);
  };
  expect(lives(await fifty(url, atRandom))).toBeLessThanOrEqual(byChance);
});

it('fifty who replay a session that passed pass no oftener than chance', async () => {
  const url = await listeningApp({}, { perception: pool });
  const { sent, last } = await takeChallenge(url, cooperative(someone));
  expect(last.live).toBe(true);
  expect(lives(await fifty(url, () => replayOf(sent)))).toBeLessThanOrEqual(byChance);
});
