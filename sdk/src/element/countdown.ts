import type { LivenessState } from '../state.ts';

/** What is left of a turn. */
export interface Countdown {
  /** Whole seconds, rounded up. */
  readonly seconds: number;
  /** 0..1 of the turn. */
  readonly share: number;
}

/** What is left at `now`, `performance.now()`; null where no turn is asked for. `inSteps`: a whole second at a time. */
export function countdownOf(turn: LivenessState['turn'], now: number, inSteps: boolean): Countdown | null {
  if (turn === null || turn.duration <= 0) return null;
  const left = Math.min(Math.max(turn.endsAt - now, 0), turn.duration);
  const seconds = Math.ceil(left / 1_000);
  const share = (inSteps ? Math.min(seconds * 1_000, turn.duration) : left) / turn.duration;
  return { seconds, share };
}
