import { describe, expect, it } from 'vitest';
import {
  type Answerer,
  obedient,
  person,
  playSession,
  seedSettings,
  turns,
} from '../../../test/support/challenge-player.ts';
import { antiSpoof, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import { embeddingOf, turnedFace, turnedMesh } from '../../../test/support/turned-face.ts';
import { type FrameFacts, measured, unavailable, valueIfMeasured } from '../facts.ts';
import {
  advanceChallenge,
  type ChallengeEvent,
  type ChallengeMessage,
  type ChallengeState,
  type Direction,
  nextDeadline,
  nextLook,
  startChallenge,
} from './machine.ts';

const directions: readonly Direction[] = ['LEFT', 'UP', 'RIGHT'];
const interval = 143;

/** Plays frames and ticks one by one. */
function table(settings = seedSettings) {
  let { state, messages } = startChallenge(settings, directions, 0);
  let at = 0;
  const move = (event: ChallengeEvent) => {
    ({ state, messages } = advanceChallenge(state, event));
    return messages;
  };
  return {
    opening: messages,
    state: (): ChallengeState => state,
    now: () => at,
    move,
    /** So many frames, one every 143 ms; the messages to the last. */
    show(facts: FrameFacts, count = 1): readonly ChallengeMessage[] {
      for (let frame = 0; frame < count; frame++) {
        at += interval;
        move({ type: 'frame', at, facts, full: isFull(facts) });
      }
      return messages;
    },
  };
}

/** What is not said to be followed was looked at in full. */
const isFull = ({ faces: [face] }: FrameFacts) => face?.detectorScore.status !== 'unavailable';

const looking = (to: Direction | 'CENTER' = 'CENTER', changes = {}) =>
  frameFacts(turnedFace(turns[to], { embedding: measured(embeddingOf(1)), ...changes }));
const away = frameFacts();
const withoutMesh = frameFacts(
  faceFacts({ pose: unavailable('not_measurable'), mesh: unavailable('not_measurable') }),
);

/** A session in which the first direction is announced. */
function announced(settings = seedSettings) {
  const played = table(settings);
  played.show(looking(), 4);
  return played;
}

describe('a session that goes well', () => {
  it('says what seed 001 says, step by step', () => {
    const { messages } = playSession(obedient(), directions);
    const steps = messages.filter(({ type }) => type !== 'waiting');
    expect(steps.map(({ type, state, instruction, success }) => [type, state, instruction, success])).toEqual(
      [
        ['start', 'WAITING_CENTER', 'CENTER', 0],
        ['challenge', 'WAITING_ACTION', 'LEFT', 0],
        ['success', 'WAITING_CENTER', 'CENTER', 1],
        ['challenge', 'WAITING_ACTION', 'UP', 1],
        ['success', 'WAITING_CENTER', 'CENTER', 2],
        ['challenge', 'WAITING_ACTION', 'RIGHT', 2],
        ['success', 'WAITING_CENTER', 'CENTER', 3],
        ['complete', 'COMPLETE', 'VERIFIED', 3],
      ],
    );
    expect(messages.at(-1)).toMatchObject({ live: true, total: 3 });
    expect(messages.every(({ total }) => total === 3)).toBe(true);
  });

  it.each([100, 143, 200, 333])('needs no particular frame rate: a frame every %d ms', (every) => {
    expect(playSession(obedient(), directions, { interval: every }).last).toMatchObject({ live: true });
  });

  it.each([-25, 0, 25])('takes a neutral pitch of %d° for the centre', (neutralPitch) => {
    const answer = person(({ instruction }) => instruction, { neutralPitch });
    expect(playSession(answer, directions).last).toMatchObject({ live: true });
  });

  it('answers every frame, with the angles as measured', () => {
    const { messages, recording } = playSession(obedient(), directions);
    expect(messages).toHaveLength(recording.length + 1);
    const pose = recording[7]!.facts.faces[0]!.pose;
    expect(pose).toMatchObject({
      status: 'measured',
      value: { yaw: messages[8]!.yaw, pitch: messages[8]!.pitch },
    });
  });
});

describe('the centre', () => {
  it('is learned from a head at rest', () => {
    const played = table();
    for (const yaw of [-10, 0, 10, -10, 0, 10])
      expect(played.show(frameFacts(turnedFace({ yaw })))).toMatchObject([{ type: 'waiting' }]);
    expect(played.show(looking(), 3)).toMatchObject([{ type: 'waiting' }]);
    expect(played.show(looking())).toMatchObject([{ type: 'challenge', instruction: 'LEFT' }]);
  });

  it('is not learned from a head turned away, however still it is', () => {
    expect(table().show(frameFacts(turnedFace({ yaw: 15 })), 20)).toMatchObject([{ type: 'waiting' }]);
  });

  it('is asked for between turns: a head that stays turned goes on waiting', () => {
    const played = announced();
    expect(played.show(looking('LEFT'), 3)).toMatchObject([{ type: 'success', success: 1 }]);
    expect(played.show(looking('LEFT'), 20)).toMatchObject([
      { type: 'waiting', state: 'WAITING_CENTER', instruction: 'CENTER', success: 1 },
    ]);
  });
});

describe('a turn', () => {
  it('is held, not grazed', () => {
    const played = announced();
    for (let again = 0; again < 5; again++) {
      expect(played.show(looking('LEFT'), 2)).toMatchObject([{ type: 'waiting' }]);
      expect(played.show(looking())).toMatchObject([{ type: 'waiting' }]);
    }
    expect(played.show(looking('LEFT'), 3)).toMatchObject([{ type: 'success' }]);
  });

  it.each([
    ['a face without a mesh', withoutMesh],
    ['no face', away],
  ])('outlasts a short loss: %s', (_, lost) => {
    const played = announced();
    played.show(looking('LEFT'));
    expect(played.show(lost, 5)).toMatchObject([{ type: 'no_face', instruction: 'LEFT' }]);
    expect(played.show(looking('LEFT'))).toMatchObject([{ type: 'success' }]);
  });

  it('begins anew after a long loss', () => {
    const played = announced();
    played.show(looking('LEFT'));
    played.show(away, 7);
    expect(played.show(looking('LEFT'))).toMatchObject([{ type: 'waiting' }]);
  });

  it('in a wrong direction ends the session at the last attempt', () => {
    const played = announced();
    expect(played.show(looking('RIGHT'), 3)).toMatchObject([
      { type: 'failed', reason: 'wrong_direction', wrongDirection: 'RIGHT', state: 'WAITING_ACTION' },
    ]);
  });

  it('in a wrong direction is told, and the head has to come back, while attempts are left', () => {
    const played = announced({ ...seedSettings, maxWrongAttempts: 2 });
    expect(played.show(looking('UP'), 3)).toMatchObject([{ type: 'waiting', wrongDirection: 'UP' }]);
    expect(played.show(looking('UP'), 3)).not.toMatchObject([{ wrongDirection: 'UP' }]);
    expect(played.show(looking('LEFT'), 5)).toMatchObject([{ type: 'waiting', success: 0 }]);
    played.show(looking());
    expect(played.show(looking('LEFT'), 3)).toMatchObject([{ type: 'success' }]);
    played.show(looking(), 2);
    expect(played.show(looking('DOWN'), 3)).toMatchObject([{ type: 'failed', reason: 'wrong_direction' }]);
  });

  it('of a flat picture is a spoof: its points move by an affine map', () => {
    const played = announced();
    const flat = turnedMesh({ ...turns.CENTER, roll: 0 }).map((value, at) =>
      at % 3 === 0 ? 0.8 * value : value,
    );
    // The head that was there before does not count for it.
    played.show(looking('LEFT'));
    played.show(frameFacts(turnedFace({ yaw: -15 })));
    expect(played.show(looking('LEFT', { mesh: measured(flat) }), 3)).toMatchObject([
      { type: 'failed', reason: 'spoof_detected' },
    ]);
  });
});

it('takes no notice of the size of frames, which clients choose as their link allows', () => {
  const played = announced();
  const pose = { roll: 0, ...turns.LEFT };
  const mesh = measured(turnedMesh(pose, 30, { x: 160, y: 120 }));
  const small = { ...looking('LEFT', { mesh }), width: 320, height: 240 };
  expect(played.show(small, 3)).toMatchObject([{ type: 'success' }]);
});

describe('time', () => {
  it('runs out for a direction without frames', () => {
    const played = announced();
    const deadline = played.now() + 5000;
    expect(nextDeadline(played.state())).toBe(deadline);
    expect(played.move({ type: 'tick', at: deadline - 1 })).toEqual([]);
    expect(played.move({ type: 'tick', at: deadline })).toMatchObject([
      { type: 'failed', reason: 'challenge_timeout', instruction: 'LEFT' },
    ]);
    expect(nextDeadline(played.state())).toBeNull();
  });

  it('runs out for the session, and not for a direction where none is announced', () => {
    const played = table();
    expect(nextDeadline(played.state())).toBe(30_000);
    expect(played.move({ type: 'tick', at: 29_999 })).toEqual([]);
    expect(played.move({ type: 'frame', at: 30_000, facts: looking(), full: true })).toMatchObject([
      { type: 'failed', reason: 'session_timeout' },
    ]);
  });

  it('is that of arrival: a frame may be told after a later tick', () => {
    const played = announced();
    played.show(looking('LEFT'), 2);
    expect(played.move({ type: 'tick', at: played.now() + 4000 })).toEqual([]);
    expect(played.show(looking('LEFT'))).toMatchObject([{ type: 'success' }]);
  });

  it('does not run backwards', () => {
    const played = announced();
    played.show(looking('LEFT'));
    for (const at of [0, 100, 200, 300])
      expect(played.move({ type: 'frame', at, facts: looking('LEFT'), full: true })).toMatchObject([
        { type: 'waiting' },
      ]);

    const early = announced();
    early.move({ type: 'frame', at: 100, facts: looking('LEFT'), full: true });
    const again = { type: 'frame', at: early.now(), facts: looking('LEFT'), full: true } as const;
    expect(early.move(again)).toMatchObject([{ type: 'waiting' }]);
  });

  it('does not run out for a direction that was answered', () => {
    const played = announced();
    played.show(looking('LEFT'), 3);
    expect(nextDeadline(played.state())).toBe(30_000);
  });
});

describe('the end', () => {
  it('comes when the server gives up, for the reason it gives', () => {
    const played = announced();
    expect(played.move({ type: 'abort', at: 1, reason: 'idle_timeout' })).toMatchObject([
      { type: 'failed', reason: 'idle_timeout' },
    ]);
    const { state } = { state: played.state() };
    expect(played.show(looking('LEFT'), 5)).toEqual([]);
    expect(played.state()).toBe(state);
    expect(nextLook(state, 0)).toEqual({ full: false, embedding: false });
  });
});

describe('one face', () => {
  it('is all there may be: a second one of like size ends the session when a second look confirms it', () => {
    const played = announced();
    const [face] = looking().faces;
    const two = frameFacts(face!, face!);
    expect(played.show(two)).toMatchObject([{ type: 'waiting' }]);
    expect(nextLook(played.state(), played.now() + 1).full).toBe(true);
    expect(played.show(two)).toMatchObject([{ type: 'failed', reason: 'multiple_faces' }]);
  });

  it('may have small ones behind it, and a false alarm beside it', () => {
    const played = announced();
    const [face] = looking().faces;
    const small = faceFacts({ box: { x: 0, y: 0, width: 60, height: 80 } });
    expect(played.show(frameFacts(face!, small), 5)).toMatchObject([{ type: 'waiting' }]);
    played.show(frameFacts(face!, face!));
    played.show(looking());
    expect(played.show(frameFacts(face!, face!))).toMatchObject([{ type: 'waiting' }]);
  });

  it('stays the same: another one at the centre ends the session', () => {
    const played = announced();
    played.show(looking('LEFT'), 3);
    const stranger = { embedding: measured(embeddingOf(2)) };
    expect(played.show(looking('CENTER', stranger), 3)).toMatchObject([
      { type: 'failed', reason: 'face_changed' },
    ]);
  });

  it('is that of whoever rests before the camera first, not of who handed it over', () => {
    const played = table();
    played.show(looking('CENTER', { embedding: measured(embeddingOf(2)) }), 2);
    played.show(looking('LEFT'));
    expect(played.show(looking(), 4)).toMatchObject([{ type: 'challenge' }]);
    expect(played.show(looking('LEFT'), 3)).toMatchObject([{ type: 'success' }]);
    expect(played.show(looking(), 2)).toMatchObject([{ type: 'challenge' }]);
    expect(played.show(looking())).toMatchObject([{ type: 'waiting' }]);
  });

  it('is looked at once more at the last centre', () => {
    const played = announced({ ...seedSettings, requiredSuccesses: 1 });
    played.show(looking('LEFT'), 3);
    const stranger = { embedding: measured(embeddingOf(2)) };
    expect(played.show(looking('CENTER', stranger), 2)).toMatchObject([
      { type: 'failed', reason: 'face_changed', success: 1 },
    ]);
  });

  it('does not jump: a head that is elsewhere all at once has to show itself before it turns', () => {
    const elsewhere = (to: Direction | 'CENTER', person = 1) =>
      looking(to, {
        mesh: measured(turnedMesh({ ...turns[to], roll: 0 }, 60, { x: 700, y: 240 })),
        embedding: measured(embeddingOf(person)),
      });
    const played = announced();
    expect(played.show(elsewhere('LEFT'), 10)).toMatchObject([{ type: 'waiting' }]);
    played.show(elsewhere('CENTER'));
    expect(played.show(elsewhere('LEFT'), 3)).toMatchObject([{ type: 'success' }]);

    const swapped = announced();
    swapped.show(elsewhere('CENTER', 2));
    expect(swapped.show(elsewhere('LEFT', 2), 3)).toMatchObject([{ reason: 'face_changed' }]);
  });

  it('is waited for where faces are told apart, and not where no model does', () => {
    const unseen = { embedding: unavailable('not_requested') };
    const played = announced();
    played.show(looking('LEFT'), 3);
    expect(played.show(looking('CENTER', unseen), 10)).toMatchObject([{ type: 'waiting' }]);
    expect(nextLook(played.state(), played.now()).embedding).toBe(true);
    expect(played.show(looking())).toMatchObject([{ type: 'challenge' }]);

    const blind: Answerer = (told) =>
      looking(told.instruction as Direction, { embedding: unavailable('no_model') });
    const { last, state } = playSession(blind, directions);
    expect(last).toMatchObject({ type: 'complete', live: true });
    expect(state.oneFace.isBlind).toBe(true);
  });
});

describe('the evidence of the anti-spoof nets', () => {
  const scored = (scores: (at: number) => ReturnType<typeof antiSpoof>): Answerer => {
    return (told, at) => looking(told.instruction as Direction, { antiSpoof: scores(at) });
  };

  it('of an attack fails the session at its end', () => {
    const { last, messages } = playSession(
      scored(() => antiSpoof(0.02, 0.1)),
      directions,
    );
    expect(last).toMatchObject({ type: 'failed', reason: 'spoof_detected', success: 3 });
    expect(messages.some(({ live }) => live === true)).toBe(false);
  });

  it('that is doubtful, or an attack for a second, ends it as inconclusive', () => {
    expect(
      playSession(
        scored(() => antiSpoof(0.4, 0.4)),
        directions,
      ).last,
    ).toMatchObject({ type: 'failed', reason: 'inconclusive', live: false });
    const passing = scored((at) => (at > 1500 && at < 3000 ? antiSpoof(0.01, 0.01) : antiSpoof(0.99, 0.99)));
    expect(playSession(passing, directions).last).toMatchObject({ type: 'failed', reason: 'inconclusive' });
  });

  it('is not there on a machine without nets: the turns decide, unless more is asked for', () => {
    const none = { 'minifasnet-v2': unavailable('no_model'), 'minifasnet-v1se': unavailable('no_model') };
    const answer = scored(() => none);
    expect(playSession(answer, directions).last).toMatchObject({ live: true });
    const settings = { ...seedSettings, needsAntiSpoof: true };
    expect(playSession(answer, directions, { settings }).last).toMatchObject({
      type: 'failed',
      reason: 'inconclusive',
    });
  });

  it('is not gathered by looks that score nobody', () => {
    const played = announced({ ...seedSettings, requiredSuccesses: 1 });
    const unscored = { antiSpoof: antiSpoof(undefined, undefined) };
    played.show(away, 5);
    played.show(looking('CENTER', unscored), 5);
    played.show(looking('LEFT', unscored), 3);
    expect(played.show(looking('CENTER', unscored), 5)).toMatchObject([{ type: 'waiting', success: 1 }]);
    expect(played.show(looking(), 3)).toMatchObject([{ type: 'waiting', success: 1 }]);
    expect(played.show(looking())).toMatchObject([{ type: 'complete', live: true }]);
  });

  it('is gathered for long enough before it is judged', () => {
    const played = announced({ ...seedSettings, requiredSuccesses: 1 });
    const followed = { detectorScore: unavailable('not_requested'), antiSpoof: {} };
    played.show(looking('LEFT', followed), 3);
    expect(nextLook(played.state(), played.now() + 1).full).toBe(true);
    expect(played.show(looking('CENTER', followed), 5)).toMatchObject([{ type: 'waiting', success: 1 }]);
    expect(played.show(looking(), 3)).toMatchObject([{ type: 'waiting' }]);
    expect(nextLook(played.state(), played.now() + 1).full).toBe(true);
    expect(played.show(looking())).toMatchObject([{ type: 'complete', live: true }]);
  });
});

describe('what the next frame is asked', () => {
  it('is a full look for the first frame, when the face was lost, and now and then', () => {
    const played = table();
    expect(nextLook(played.state(), 1)).toEqual({ full: true, embedding: false });
    const followed = looking('CENTER', { detectorScore: unavailable('not_requested') });
    played.show(looking());
    const since = played.now();
    expect(nextLook(played.state(), since + 349).full).toBe(false);
    expect(nextLook(played.state(), since + 350).full).toBe(true);
    played.show(followed);
    const mesh = valueIfMeasured(followed.faces[0]!.mesh)!;
    expect(nextLook(played.state(), since + 200)).toMatchObject({
      full: false,
      follow: mesh.map((value) => value / followed.width),
    });
    played.show(away);
    expect(nextLook(played.state(), played.now() + 1)).toEqual({ full: true, embedding: false });
  });

  it('is an embedding while the head is at the centre, until three are known', () => {
    const played = table();
    const asked = () => nextLook(played.state(), played.now()).embedding;
    for (let frame = 0; frame < 3; frame++) {
      played.show(looking());
      expect(asked()).toBe(frame < 2);
    }
    played.show(looking());
    played.show(looking('LEFT'), 3);
    expect(asked()).toBe(false);
    played.show(looking());
    expect(asked()).toBe(true);
  });
});
