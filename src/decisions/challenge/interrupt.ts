import { startVisit } from './one-face.ts';
import type { ChallengeState } from './state.ts';
import type { Direction } from './turn.ts';
import { startTurn } from './turn-evidence.ts';

/**
 * How many turns are left for somebody who is lost now. A direction that is announced is lost with them, and costs one
 * more: whoever has but some of the turns in store could otherwise leave until theirs is asked for. (Three turns of
 * four directions each: a take of one order passes 1.6 % of sessions, 10 % with two free changes, and 2.8 % with two that
 * cost a turn each: the sum over k changes of C(k + 2, 2) · 0.25³ · 0.75ᵏ, times 0.25ᵏ for what they cost.)
 */
export function turnsAfterLoss({ phase, success, settings }: ChallengeState): number {
  return settings.requiredSuccesses - success + (phase === 'action' ? 1 : 0);
}

/**
 * A session whose client was lost. Whoever comes back may be another, and shows themselves at the centre first, as after
 * a cut; what is asked for then nobody has heard before. The session's clock runs on.
 */
export function interrupt(state: ChallengeState, directions: readonly Direction[]): ChallengeState {
  const { success, settings, oneFace, turns } = state;
  return {
    ...state,
    settings: { ...settings, requiredSuccesses: success + directions.length },
    directions: [...state.directions.slice(0, success), ...directions],
    phase: 'center',
    challengeDeadline: null,
    steadyLook: null,
    hold: null,
    mustReturn: false,
    // The next look is a full one.
    seen: null,
    oneFace: startVisit(oneFace),
    turns: startTurn(turns),
  };
}
