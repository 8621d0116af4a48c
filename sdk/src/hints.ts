import type { ServerMessage } from './wire.ts';

/** What there is to add to an instruction, in the server's words where they are its own. */
export const hintCodes = [
  'no_face',
  'several_faces',
  'face_too_dark',
  'face_too_bright',
  'face_too_small',
  'face_too_close',
  'face_cut_off',
  'face_blurred',
  'face_turned_away',
  'pose_unknown',
  'wrong_direction',
  'busy',
  'unreadable',
  'slow_connection',
  'tab_hidden',
] as const;

export type HintCode = (typeof hintCodes)[number];

/** Errors of a frame that are the server's own: it has too much to do. */
const serverErrors: readonly string[] = ['busy', 'perception_lost', 'deadline_exceeded'];

/** What a message adds to its instruction; null: nothing, or nothing we have words for. */
export function hintOf({ type, error, hint, wrong_direction: wrong }: ServerMessage): HintCode | null {
  if (error !== undefined) return serverErrors.includes(error) ? 'busy' : 'unreadable';
  if (wrong !== undefined) return 'wrong_direction';
  const known = hintCodes.find((code) => code === hint);
  if (known) return known;
  return type === 'no_face' ? 'no_face' : null;
}

/** A hint on the screen, and the one that may take its place. Times are milliseconds of one clock. */
export interface SteadyHint {
  readonly shown: HintCode | null;
  readonly shownAt: number;
  readonly next: HintCode | null;
  readonly nextSince: number;
}

export const noHint: SteadyHint = { shown: null, shownAt: -Infinity, next: null, nextSince: -Infinity };

/** Milliseconds that a hint must last to be shown: three frames at 7 a second, so that one odd frame says nothing. */
const settling = 400;
/** Milliseconds that a hint stays at least: to read five words takes that long (238 words a minute, Brysbaert 2019). */
const reading = 1_300;

/** Said once, or known for sure. */
const immediate: readonly (HintCode | null)[] = ['wrong_direction', 'tab_hidden', 'busy'];

/** Keeps hints from flickering: each answer has its own, and a live region would read all of them. */
export function steadyHint(before: SteadyHint, code: HintCode | null, at: number): SteadyHint {
  const nextSince = code === before.next ? before.nextSince : at;
  const next = { ...before, next: code, nextSince };
  if (code === before.shown) return next;
  const isSettled = at - nextSince >= settling || immediate.includes(code);
  const isRead = before.shown === null || at - before.shownAt >= reading;
  return isSettled && isRead ? { ...next, shown: code, shownAt: at } : next;
}
