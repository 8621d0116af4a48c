import { Value } from 'typebox/value';
import { BonafideError, catalogue, type ErrorCode } from '../../errors.ts';
import { explain } from '../../messages/explain.ts';
import { type Language, say } from '../../messages.ts';
import { hasManyValues } from '../../plugins/json-bodies.ts';
import type { ChallengeMessage, FailureReason } from '../../services/run-challenge.ts';
import { decodeBase64 } from '../base64.ts';
import { round } from '../numbers.ts';
import { frameMessage, type ServerMessage } from './schemas.ts';

/** A message of a session in the words of seed 001. */
export function toServerMessage(
  message: ChallengeMessage,
  language: Language,
  trouble?: ErrorCode,
): ServerMessage {
  const { type, state, instruction, success, total, yaw, pitch, live, wrongDirection, reason, hint } =
    message;
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
    ...(live !== undefined && { live }),
    ...(wrongDirection && { wrong_direction: wrongDirection }),
    ...(reason && { reason }),
    ...(hint && { hint: hint.code }),
    ...(words.length > 0 && { message: words.join(' ') }),
    ...(trouble && { error: trouble, message: say(`error.${trouble}`, language) }),
  };
}

/**
 * The image in a client's message: binary messages are the image, text ones hold it as base64.
 *
 * @throws BonafideError `invalid_json`, `invalid_request`, `invalid_base64` or `payload_too_large`
 */
export function readFrame(data: Buffer, isBinary: boolean, maxFrameBytes: number): Uint8Array {
  if (!isBinary) return decodeBase64(parseFrameMessage(data.toString()), maxFrameBytes);
  if (data.length > maxFrameBytes) throw new BonafideError('payload_too_large');
  return data;
}

/**
 * What the socket is closed with after the last message: 1000 (done) for whatever the user did, else what
 * the catalogue says of the error (RFC 6455, section 7.4.1).
 */
export function closeCode(reason: FailureReason | undefined): number {
  return (reason && abnormalEnds[reason]) ?? 1000;
}

const abnormalEnds: Readonly<Partial<Record<FailureReason, number>>> = {
  too_many_frames: catalogue.too_many_frames.closeCode,
  shutting_down: catalogue.shutting_down.closeCode,
  internal_error: catalogue.internal.closeCode,
};

function parseFrameMessage(text: string): string {
  if (hasManyValues(text)) throw new BonafideError('invalid_request');
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new BonafideError('invalid_json');
  }
  if (!Value.Check(frameMessage, message)) throw new BonafideError('invalid_request');
  return message.frame;
}
