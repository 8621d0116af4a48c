import { catalogue, type ErrorCode } from '../errors.ts';
import { explain } from '../messages/explain.ts';
import { type Language, say } from '../messages.ts';
import type { Findings } from '../plugins/lifecycle.ts';
import type { SessionFailureReason, StreamWord } from '../services/run-session.ts';
import { round } from './numbers.ts';

/** A message in these words, but for the verdict. */
export function toTurnMessage(message: StreamWord['message'], language: Language, trouble?: ErrorCode) {
  const { type, state, instruction, success, total, yaw, pitch, wrongDirection, reason, hint } = message;
  const words = [
    ...(reason ? [say(`failure.${reason}`, language)] : []),
    ...(hint ? [explain(hint, language)] : []),
  ];
  return {
    type,
    state,
    instruction,
    ...(yaw !== undefined && { yaw: round(yaw, 1) }),
    ...(pitch !== undefined && { pitch: round(pitch, 1) }),
    success,
    total,
    ...(wrongDirection && { wrong_direction: wrongDirection }),
    ...(reason && { reason }),
    ...(hint && { hint: hint.code }),
    ...(words.length > 0 && { message: words.join(' ') }),
    ...(trouble && { error: trouble, message: say(`error.${trouble}`, language) }),
  };
}

/**
 * What the socket is closed with after the last message: 1000 (done) for whatever the user did, else what
 * the catalogue says of the error (RFC 6455, section 7.4.1).
 */
export function closeCode(reason: string | undefined): number {
  return abnormalEnds[reason ?? ''] ?? 1000;
}

const abnormalEnds: Readonly<Record<string, number>> = {
  too_many_frames: catalogue.too_many_frames.closeCode,
  shutting_down: catalogue.shutting_down.closeCode,
  internal_error: catalogue.internal.closeCode,
};

/** How a session ended, in the words of the decision log; who left was given no verdict. */
export function summariseSession(
  outcome: 'live' | 'failed' | 'left',
  reason: SessionFailureReason | undefined,
): Pick<Findings, 'outcome' | 'reasons'> {
  if (outcome === 'left') return { reasons: ['left'] };
  if (outcome === 'live') return { outcome: 'live', reasons: [] };
  if (reason === undefined) return { outcome: 'refused', reasons: [] };
  if (verdictless.includes(reason)) return { reasons: [reason] };
  return { outcome: plainOutcomes[reason] ?? 'refused', reasons: [reason] };
}

/** The client left, the backend thought better of it, or the server is to blame: nothing was decided. */
const verdictless: readonly SessionFailureReason[] = [
  'connection_lost',
  'cancelled',
  'shutting_down',
  'internal_error',
];

const plainOutcomes: Readonly<Partial<Record<SessionFailureReason, Findings['outcome']>>> = {
  spoof_detected: 'attack',
  inconclusive: 'inconclusive',
  not_comparable: 'inconclusive',
};
