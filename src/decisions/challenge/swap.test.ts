import { describe, expect, it } from 'vitest';
import {
  type Answerer,
  obedient,
  person,
  playSession,
  seedSettings,
  turns,
} from '../../../test/support/challenge-player.ts';
import { frameFacts } from '../../../test/support/facts.ts';
import { embeddingOf, turnedFace } from '../../../test/support/turned-face.ts';
import { measured, unavailable } from '../facts.ts';
import { advanceChallenge, type Direction, nextLook, startChallenge } from './machine.ts';

const directions: readonly Direction[] = ['LEFT', 'UP', 'RIGHT'];
const frameIntervals = [100, 143, 250, 333];

/** Somebody looks at the camera, somebody else makes the turns, with an empty frame between them or none. */
function swappingForTurns(isBlankBetween: boolean, embeds = true): Answerer {
  let before = 1;
  return ({ instruction }) => {
    const who = instruction === 'CENTER' || instruction === 'VERIFIED' ? 1 : 2;
    const isNew = who !== before;
    before = who;
    if (isNew && isBlankBetween) return frameFacts();
    const embedding = embeds ? measured(embeddingOf(who)) : unavailable('no_model');
    return frameFacts(turnedFace(turns[instruction], { embedding }));
  };
}

describe.each(frameIntervals)('a frame every %d ms', (interval) => {
  it.each([true, false])('somebody else may not make the turns; an empty frame between: %s', (isBlank) => {
    const { last, messages } = playSession(swappingForTurns(isBlank), directions, { interval });
    expect(last.type).toBe('failed');
    expect(['face_changed', 'challenge_timeout']).toContain(last.reason);
    expect(messages.some(({ live }) => live)).toBe(false);
  });

  it('even where no model tells faces apart, a head that was away comes back to the centre first', () => {
    const { last } = playSession(swappingForTurns(true, false), directions, { interval });
    expect(last).toMatchObject({ type: 'failed', reason: 'challenge_timeout', success: 0 });
  });

  it('who does as told passes, if frames are lost in the turns too', () => {
    const answer = obedient();
    let far = 0;
    const losing: Answerer = (told, at) => {
      const facts = answer(told, at);
      const pose = facts.faces[0]!.pose;
      far = pose.status === 'measured' && Math.abs(pose.value.yaw) > 31 ? far + 1 : 0;
      return far > 0 && far % 2 === 0 ? frameFacts() : facts;
    };
    const { last } = playSession(losing, directions, { interval });
    expect(last).toMatchObject({ type: 'complete', live: true });
  });
});

describe('a turn', () => {
  const looking = (to: Direction | 'CENTER', changes = {}) =>
    frameFacts(turnedFace(turns[to], { embedding: measured(embeddingOf(1)), ...changes }));
  const unknown = { embedding: unavailable('not_requested') };

  /** The first direction, LEFT, is announced. */
  function announced() {
    let { state, messages } = startChallenge(seedSettings, directions, 0);
    let at = 0;
    const show = (facts: ReturnType<typeof looking>, count = 1) => {
      for (let frame = 0; frame < count; frame++) {
        at += 143;
        ({ state, messages } = advanceChallenge(state, { type: 'frame', at, facts, full: true }));
      }
      return messages;
    };
    // Four until the direction is announced, three that are compared with them.
    show(looking('CENTER'), 7);
    return { show, asks: () => nextLook(state, at + 143).embedding };
  }

  it('is compared with who rested at the centre, not with who begins to move there', () => {
    let { state } = startChallenge(seedSettings, ['LEFT', 'UP', 'RIGHT'], 0);
    // The first frames are asked for no embedding.
    for (const [frame, who] of [null, null, 1, 1, 2, 2, 2].entries()) {
      const embedding = who === null ? unavailable('not_requested') : measured(embeddingOf(who));
      const facts = frameFacts(turnedFace({ yaw: 0 }, { embedding }));
      ({ state } = advanceChallenge(state, { type: 'frame', at: (frame + 1) * 143, facts, full: true }));
    }
    expect(state.oneFace.reference).toEqual([embeddingOf(1), embeddingOf(1)]);
  });

  it('counts when it is known whose it is, which is asked for', () => {
    const { show, asks } = announced();
    expect(asks()).toBe(false);
    expect(show(looking('LEFT', unknown), 10)).toMatchObject([{ type: 'waiting', success: 0 }]);
    expect(asks()).toBe(true);
    expect(show(looking('LEFT'))).toMatchObject([{ type: 'waiting' }]);
    expect(show(looking('LEFT'))).toMatchObject([{ type: 'success' }]);
    expect(asks()).toBe(false);
  });

  it('is asked for whose it is from its first movement on, and where the face is lost', () => {
    const { show, asks } = announced();
    show(frameFacts(turnedFace({ yaw: -3.9 }, unknown)));
    expect(asks()).toBe(false);
    show(frameFacts(turnedFace({ yaw: -4.1 }, unknown)));
    expect(asks()).toBe(true);
    show(frameFacts());
    expect(asks()).toBe(true);
  });

  it('is of who is seen in it, not of who began another one', () => {
    const { show } = announced();
    show(looking('LEFT'), 2);
    show(frameFacts(turnedFace({ yaw: -15 })));
    const stranger = { embedding: measured(embeddingOf(2)) };
    expect(show(looking('LEFT', stranger), 3)).toMatchObject([{ type: 'failed', reason: 'face_changed' }]);
  });
});

it('one person who is announced to and another who turns never pass, however they hurry', () => {
  for (const interval of [67, 143, 250]) {
    let who = 1;
    const answer = person(
      ({ instruction }) => {
        who = instruction === 'CENTER' || instruction === 'VERIFIED' ? 1 : 2;
        return instruction;
      },
      { identity: () => who },
    );
    expect(playSession(answer, directions, { interval }).last).toMatchObject({ reason: 'face_changed' });
  }
});
