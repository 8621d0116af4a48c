import { expect, it } from 'vitest';
import { type Answerer, obedient, person, playSession } from '../../../test/support/challenge-player.ts';
import { pick, seededRandom } from '../../../test/support/random.ts';
import { exactInterval } from '../exact-interval.ts';
import { drawDirections } from './draw-directions.ts';
import type { ChallengeMessage, Direction } from './machine.ts';

const sessions = 500;
const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];

type Random = () => number;

const draw = (random: Random) => drawDirections(3, (limit) => Math.floor(random() * limit));

/** Three directions of four are drawn in 56 ways. */
const chance = 1 / 56;

/** How many of 500 sessions, each with directions of its own, end with `live: true`. */
function livesOf(name: string, answererOf: (random: Random) => Answerer): number {
  const random = seededRandom(21);
  let lives = 0;
  for (let session = 0; session < sessions; session++)
    if (playSession(answererOf(random), draw(random)).last.live) lives++;
  const { low, high } = exactInterval(lives, sessions);
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  console.log(
    `${name}: ${lives} of ${sessions} pass, ${share(lives / sessions)} (95 %: ${share(low)} to ${share(high)})`,
  );
  return lives;
}

/** Decides anew at each announcement. */
function guessing(guess: () => Direction): Answerer {
  let [announced, choice]: [ChallengeMessage['success'], Direction] = [-1, 'LEFT'];
  return person(({ state, success }) => {
    if (state !== 'WAITING_ACTION') return 'CENTER';
    if (announced !== success) [announced, choice] = [success, guess()];
    return choice;
  });
}

it('passes everybody who does what they are told', () => {
  expect(livesOf('Obedient', obedient)).toBe(sessions);
});

it('passes a random answerer no oftener than chance: 1 of 56', () => {
  const lives = livesOf('Random', (random) => guessing(() => pick(random, directions)));
  const { low, high } = exactInterval(lives, sessions);
  expect(low).toBeLessThan(chance);
  expect(high).toBeGreaterThan(chance);
});

it('passes who tries all directions in turn no oftener than chance', () => {
  const sweep = person(({ state }, at) =>
    state === 'WAITING_ACTION' ? directions[Math.floor(at / 700) % 4]! : 'CENTER',
  );
  const { low } = exactInterval(
    livesOf('Sweeping', () => sweep),
    sessions,
  );
  expect(low).toBeLessThan(chance);
});

it('passes nobody who holds still', () => {
  expect(livesOf('Still', () => person(() => 'CENTER'))).toBe(0);
});

it('passes nobody who mirrors left and right', () => {
  const mirrored = { LEFT: 'RIGHT', RIGHT: 'LEFT', UP: 'UP', DOWN: 'DOWN' } as const;
  const lives = livesOf('Mirrored', () =>
    person(({ instruction }) => mirrored[instruction as Direction] ?? instruction),
  );
  expect(lives).toBe(0);
});

it('passes nobody who swaps the person half-way', () => {
  const swapping = () => {
    let done = 0;
    const identity = () => (done < 2 ? 1 : 2);
    const answer = person(({ instruction }) => instruction, { identity });
    return ((told, at) => {
      done = told.success;
      return answer(told, at);
    }) satisfies Answerer;
  };
  expect(livesOf('Swapped', swapping)).toBe(0);
});

it('passes nobody who lets somebody else make the turns', () => {
  const swapping = () => {
    let who = 1;
    return person(
      ({ instruction, state }) => {
        who = state === 'WAITING_ACTION' ? 2 : 1;
        return instruction;
      },
      { identity: () => who },
    );
  };
  expect(livesOf('Turned by another', swapping)).toBe(0);
});

it('passes a recorded session no oftener than its directions are drawn again', () => {
  const recordings = [
    ['LEFT', 'UP', 'RIGHT'],
    ['DOWN', 'DOWN', 'LEFT'],
  ] as const;
  const lives = recordings.map((recorded) => {
    const { recording } = playSession(obedient(), recorded);
    return livesOf(`Replayed ${recorded.join(' ')}`, () => {
      let frame = 0;
      return () => recording[frame++ % recording.length]!.facts;
    });
  });
  const { low } = exactInterval(lives[0]! + lives[1]!, 2 * sessions);
  expect(low).toBeLessThan(chance);
});
