import {
  advanceChallenge,
  type ChallengeMessage,
  type ChallengeSettings,
  type ChallengeState,
  type Direction,
  type NextLook,
  nextDeadline,
  nextLook,
  startChallenge,
} from '../../src/decisions/challenge/machine.ts';
import { type FrameFacts, measured, type Pose, unavailable } from '../../src/decisions/facts.ts';
import { uncalibrated } from '../../src/decisions/live-calibration.ts';
import { frameFacts } from './facts.ts';
import { embeddingOf, turnedFace } from './turned-face.ts';

/** Seed 001's defaults. */
export const seedSettings: ChallengeSettings = {
  requiredSuccesses: 3,
  challengeTimeout: 5000,
  sessionTimeout: 30_000,
  maxWrongAttempts: 1,
  bystanderRatio: 0.5,
  calibration: uncalibrated,
  needsAntiSpoof: false,
};

/** What a camera shows at one moment, given what its user was told last. */
export type Answerer = (told: ChallengeMessage, at: number) => FrameFacts;

/** What came of a session, and what was shown to it. */
export interface PlayedSession {
  readonly messages: readonly ChallengeMessage[];
  readonly last: ChallengeMessage;
  readonly recording: readonly { readonly at: number; readonly facts: FrameFacts }[];
  readonly state: ChallengeState;
}

/** Plays a session: a frame every `interval` milliseconds, ticks as they are due, from time 0. */
export function playSession(
  answer: Answerer,
  directions: readonly Direction[],
  { settings = seedSettings, interval = 143 }: { settings?: ChallengeSettings; interval?: number } = {},
): PlayedSession {
  const recording: { at: number; facts: FrameFacts }[] = [];
  let { state, messages } = startChallenge(settings, directions, 0);
  const told = [...messages];
  for (let at = interval; nextDeadline(state) !== null; at += interval) {
    const facts = answer(told.at(-1)!, at);
    recording.push({ at, facts });
    const due = nextDeadline(state)!;
    if (due < at) {
      ({ state, messages } = advanceChallenge(state, { type: 'tick', at: due }));
      told.push(...messages);
    }
    const look = nextLook(state, at);
    const event = { type: 'frame', at, facts: asAsked(facts, look), full: look.full } as const;
    ({ state, messages } = advanceChallenge(state, event));
    told.push(...messages);
  }
  return { messages: told, last: told.at(-1)!, recording, state };
}

/** What perception states of a frame when it is asked this: nothing else. */
export function asAsked(facts: FrameFacts, { full, embedding }: NextLook): FrameFacts {
  const notAsked = unavailable('not_requested');
  const faces = facts.faces.map((face) => ({
    ...face,
    ...(!full && { detectorScore: notAsked, antiSpoof: {} }),
    ...(!embedding && { embedding: notAsked }),
  }));
  return { ...facts, faces };
}

/** Where a head goes when it answers a direction, in degrees from neutral. */
export const turns: Readonly<Record<Direction | 'CENTER' | 'VERIFIED', Pick<Pose, 'yaw' | 'pitch'>>> = {
  CENTER: { yaw: 0, pitch: 0 },
  VERIFIED: { yaw: 0, pitch: 0 },
  LEFT: { yaw: -32, pitch: 3 },
  RIGHT: { yaw: 32, pitch: 3 },
  UP: { yaw: 2, pitch: 30 },
  DOWN: { yaw: 2, pitch: -30 },
};

/** Degrees a second that a head turns without haste. */
const turningSpeed = 120;

/** A person who goes wherever `choose` says, at the speed of a head, around a neutral pitch. */
export function person(
  choose: (told: ChallengeMessage, at: number) => ChallengeMessage['instruction'],
  { neutralPitch = -8, identity = (): number => 1 } = {},
): Answerer {
  let [yaw, pitch, before] = [0, 0, 0];
  return (told, at) => {
    const goal = turns[choose(told, at)];
    const reach = ((at - before) / 1000) * turningSpeed;
    before = at;
    yaw += Math.min(Math.max(goal.yaw - yaw, -reach), reach);
    pitch += Math.min(Math.max(goal.pitch - pitch, -reach), reach);
    const embedding = measured(embeddingOf(identity()));
    return frameFacts(turnedFace({ yaw, pitch: neutralPitch + pitch }, { embedding }));
  };
}

/** Does what it is told. */
export const obedient = () => person(({ instruction }) => instruction);
