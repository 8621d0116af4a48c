import { describe, expect, it } from 'vitest';
import { seedSettings, turns } from '../../../test/support/challenge-player.ts';
import { antiSpoof, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { pick, seededRandom } from '../../../test/support/random.ts';
import { embeddingOf, turnedFace } from '../../../test/support/turned-face.ts';
import { type FrameFacts, measured, type Pose, unavailable, valueIfMeasured } from '../facts.ts';
import {
  advanceChallenge,
  type ChallengeEvent,
  type ChallengeMessage,
  type ChallengeSettings,
  type Direction,
  nextDeadline,
  nextLook,
  startChallenge,
} from './machine.ts';

const directions: readonly Direction[] = ['LEFT', 'RIGHT', 'UP', 'DOWN'];
const bearings = ['CENTER', ...directions] as const;

/** One event of a history, and what it was answered with. */
interface Moment {
  readonly event: ChallengeEvent;
  readonly messages: readonly ChallengeMessage[];
}

/** A session lived to its end by somebody who does all sorts of things. */
interface History {
  readonly settings: ChallengeSettings;
  readonly directions: readonly Direction[];
  readonly opening: readonly ChallengeMessage[];
  readonly moments: readonly Moment[];
  readonly isOver: boolean;
}

type Random = () => number;

/**
 * Draws a history: how obedient its user is, how often strange things happen and how time goes are drawn
 * first, so that some histories come far and others end at once.
 */
function drawHistory(seed: number): History {
  const random = seededRandom(seed);
  const settings = {
    ...seedSettings,
    requiredSuccesses: 1 + Math.floor(random() * 3),
    maxWrongAttempts: 1 + Math.floor(random() * 3),
  };
  const drawn = Array.from({ length: settings.requiredSuccesses }, () => pick(random, directions));
  const obedience = pick(random, [0, 0.5, 0.9, 1]);
  const strangeness = pick(random, [0, 0.02, 0.2]);
  const scores = pick(random, [
    antiSpoof(0.99, 0.9),
    antiSpoof(0.99, 0.9),
    antiSpoof(0.4, 0.4),
    antiSpoof(0.1, 0.01),
  ]);
  const opening = startChallenge(settings, drawn, 0);
  let { state } = opening;
  let told = opening.messages.at(-1)!;
  let [at, pose]: [number, keyof typeof turns] = [0, 'CENTER'];
  const moments: Moment[] = [];
  for (let count = 0; count < 150 && nextDeadline(state) !== null; count++) {
    at += Math.round(pick(random, [0, 30, 143, 143, 143, 333, random() < 0.02 ? 3000 : 143]));
    if (random() < obedience) pose = told.instruction;
    else if (random() < 0.3) pose = pick(random, bearings);
    const shown = random() < strangeness ? pick(random, strange)(random) : seen(turns[pose], random, scores);
    const arrived = random() < 0.05 ? at - 500 : at;
    const event = drawEvent(random, strangeness, arrived, shown);
    const step = advanceChallenge(state, event);
    state = step.state;
    told = step.messages.at(-1) ?? told;
    moments.push({ event, messages: step.messages });
    nextLook(state, at);
  }
  // Time alone has to end it: a tick for the deadline of a turn, one for that of the session.
  for (let deadline = nextDeadline(state); deadline !== null; deadline = nextDeadline(state)) {
    const event = { type: 'tick', at: deadline } as const;
    const step = advanceChallenge(state, event);
    moments.push({ event, messages: step.messages });
    if (step.state === state)
      return { settings, directions: drawn, opening: opening.messages, moments, isOver: false };
    state = step.state;
  }
  for (let count = 0; count < 5; count++) {
    const facts = seen(turns[drawn[0]!], random, scores);
    const event = { type: 'frame', at, facts, full: true } as const;
    moments.push({ event, messages: advanceChallenge(state, event).messages });
  }
  return { settings, directions: drawn, opening: opening.messages, moments, isOver: true };
}

function drawEvent(random: Random, strangeness: number, at: number, facts: FrameFacts): ChallengeEvent {
  if (random() < 0.1) return { type: 'tick', at };
  if (random() < 0.02 * strangeness) return { type: 'abort', at, reason: 'idle_timeout' };
  return { type: 'frame', at, facts, full: random() < 0.4 };
}

function seen(
  { yaw, pitch }: Pick<Pose, 'yaw' | 'pitch'>,
  random: Random,
  scores = antiSpoof(0.99, 0.9),
): FrameFacts {
  const noise = () => 2 * random() - 1;
  return frameFacts(
    turnedFace(
      { yaw: yaw + noise(), pitch: pitch + noise() },
      {
        embedding: measured(embeddingOf(1)),
        antiSpoof: scores,
      },
    ),
  );
}

const strange: readonly ((random: Random) => FrameFacts)[] = [
  () => frameFacts(),
  () => frameFacts(faceFacts({ pose: unavailable('not_measurable'), mesh: unavailable('not_measurable') })),
  (random) => seen({ yaw: 90 * (random() - 0.5), pitch: 90 * (random() - 0.5) }, random),
  () => frameFacts(turnedFace({}), turnedFace({})),
  () => frameFacts(turnedFace({}, { embedding: measured(embeddingOf(2)) })),
  () => frameFacts(turnedFace({}, { antiSpoof: antiSpoof(0.001, 0.001) })),
  () => frameFacts(turnedFace({}, { antiSpoof: antiSpoof(undefined, 0.5) })),
  () => frameFacts(faceFacts()),
];

const histories = Array.from({ length: 2000 }, (_, seed) => drawHistory(seed));
const messagesOf = ({ opening, moments }: History) => [
  ...opening,
  ...moments.flatMap(({ messages }) => messages),
];

describe('from any sequence of events', () => {
  it('sessions of every kind were drawn', () => {
    const ends = new Map<string, number>();
    for (const history of histories) {
      const last = messagesOf(history).at(-1)!;
      const end = last.reason ?? `${last.type} ${last.live}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    console.log(Object.fromEntries(ends));
    expect([...ends.keys()].sort()).toEqual([
      'challenge_timeout',
      'complete true',
      'face_changed',
      'idle_timeout',
      'inconclusive',
      'multiple_faces',
      'session_timeout',
      'spoof_detected',
      'wrong_direction',
    ]);
  });

  it('a session ends', () => {
    expect(histories.filter(({ isOver }) => !isOver)).toEqual([]);
  });

  it('it says nothing after its end, and ends once', () => {
    for (const history of histories) {
      const types = messagesOf(history).map(({ type }) => type);
      const end = types.findIndex((type) => type === 'complete' || type === 'failed');
      expect(end).toBe(types.length - 1);
    }
  });

  it('it ends no later than its time is up', () => {
    for (const { moments, settings } of histories) {
      const late = moments.filter(
        ({ event, messages }) =>
          event.at >= settings.sessionTimeout && messages.some(({ type }) => type !== 'failed'),
      );
      expect(late).toEqual([]);
    }
  });

  it('it says `live` in all but `start`: true in `complete` alone, and only when all turns are done', () => {
    for (const history of histories)
      for (const { type, live, success, total } of messagesOf(history)) {
        expect(live === undefined).toBe(type === 'start');
        if (live) expect([type, success]).toEqual(['complete', total]);
      }
  });

  it('it answers every frame until its end', () => {
    for (const { moments } of histories) {
      const end = moments.findIndex(({ messages }) =>
        messages.some(({ type }) => type === 'complete' || type === 'failed'),
      );
      for (const { event, messages } of moments.slice(0, end + 1))
        expect(messages.length).toBe(event.type === 'frame' ? 1 : messages.length);
    }
  });

  it('successes go up one at a time, each after its own announcement and its own turn from the centre', () => {
    for (const { moments, directions: drawn } of histories) {
      let success = 0;
      let since: Moment[] = [];
      for (const moment of moments) {
        since.push(moment);
        for (const message of moment.messages) {
          if (message.type !== 'success') {
            expect(message.success).toBe(success);
            continue;
          }
          expect(message.success).toBe(success + 1);
          expectTurn(since, drawn[success]!);
          success = message.success;
          since = [];
        }
      }
    }
  });

  it('a direction is shown only from its announcement on', () => {
    for (const { opening, moments, directions: drawn } of histories) {
      let announced = -1;
      for (const { type, state, instruction, success } of [
        ...opening,
        ...moments.flatMap(({ messages }) => messages),
      ]) {
        if (type === 'challenge') expect(announced++).toBe(success - 1);
        const expected = { WAITING_CENTER: 'CENTER', WAITING_ACTION: drawn[announced], COMPLETE: 'VERIFIED' };
        expect(instruction).toBe(expected[state]);
        if (state === 'WAITING_ACTION') expect(announced).toBe(success);
      }
    }
  });
});

/**
 * Since the last success: the head was near the centre when the direction was announced, and went that way
 * for more than one frame afterwards.
 */
function expectTurn(since: readonly Moment[], direction: Direction): void {
  const announcement = since.findIndex(({ messages }) => messages.some(({ type }) => type === 'challenge'));
  const before = since.slice(0, announcement + 1).filter(({ event }) => pointsTo(event, 'CENTER'));
  const after = since.slice(announcement + 1).filter(({ event }) => pointsTo(event, direction));
  expect(announcement).toBeGreaterThanOrEqual(0);
  expect(before.length).toBeGreaterThanOrEqual(2);
  expect(after.length).toBeGreaterThanOrEqual(2);
}

/** Roughly: the neutral pose is only about 0. */
function pointsTo(event: ChallengeEvent, to: Direction | 'CENTER'): boolean {
  const pose = event.type === 'frame' && event.facts.faces[0] && valueIfMeasured(event.facts.faces[0].pose);
  if (!pose) return false;
  const { yaw, pitch } = pose;
  const ways = { LEFT: yaw < -15, RIGHT: yaw > 15, UP: pitch > 13, DOWN: pitch < -13 };
  return to === 'CENTER' ? Math.max(Math.abs(yaw), Math.abs(pitch)) < 20 : ways[to];
}
