import type { LivenessState, Phase } from '../state.ts';
import { type Language, say, sayFailure } from '../texts.ts';

/** Ways a head can turn: the subject's own sides. */
export type Direction = 'LEFT' | 'RIGHT' | 'UP' | 'DOWN';

/** What is on the screen; texts are in the user's language. */
export interface Screen {
  /** `start`: before the first session; `preparing`: on the way to the first instruction. */
  readonly kind: 'start' | 'preparing' | 'running' | 'complete' | 'failed';
  /** What to do, or what has happened. */
  readonly words: string;
  /** What helps: a hint, a way out. */
  readonly detail: string;
  /** Where on the mirrored picture the head is to go. */
  readonly arrow: 'left' | 'right' | 'top' | 'bottom' | null;
}

const kinds: Readonly<Record<Phase, Screen['kind']>> = {
  idle: 'start',
  permission: 'preparing',
  camera: 'preparing',
  connecting: 'preparing',
  waiting: 'preparing',
  running: 'running',
  reconnecting: 'preparing',
  complete: 'complete',
  failed: 'failed',
  error: 'failed',
};

/** What to show of a session. */
export function screenOf(state: LivenessState, language: Language): Screen {
  const kind = kinds[state.phase];
  const arrow = kind === 'running' ? arrowOf(state.instruction) : null;
  return { kind, arrow, words: wordsOf(state, language), detail: detailOf(state, language) };
}

/**
 * Where on the screen the subject's own side is. The preview is a mirror, and whoever looks into a mirror sees their
 * left hand on the left: the subject's left is the screen's left, in scripts that run from right to left, too.
 */
export function arrowOf(instruction: LivenessState['instruction']): Screen['arrow'] {
  switch (instruction) {
    case 'LEFT':
      return 'left';
    case 'RIGHT':
      return 'right';
    case 'UP':
      return 'top';
    case 'DOWN':
      return 'bottom';
    default:
      return null;
  }
}

function wordsOf(state: LivenessState, language: Language): string {
  const { phase, trouble, failure } = state;
  switch (phase) {
    case 'idle':
      return '';
    case 'running':
      return say(instructionOf(state), language);
    case 'failed':
      return sayFailure(failure?.reason, language) ?? say('sdk.trouble.server_failed', language);
    case 'error':
      return say(`sdk.trouble.${trouble?.code ?? 'server_failed'}`, language);
    default:
      return say(`sdk.${phase}`, language);
  }
}

function instructionOf({ instruction, success, total }: LivenessState) {
  if (instruction !== null && instruction !== 'CENTER' && instruction !== 'VERIFIED')
    return `sdk.${instruction}` as const;
  if (success === 0) return 'sdk.CENTER';
  return success < total ? 'sdk.back' : 'sdk.last';
}

function detailOf({ phase, hint, failure, trouble }: LivenessState, language: Language): string {
  if (phase === 'error') return say(`sdk.wayOut.${trouble?.code ?? 'server_failed'}`, language);
  const shown = phase === 'failed' ? (failure?.hint ?? null) : hint;
  return shown === null ? '' : say(`sdk.hint.${shown}`, language);
}
