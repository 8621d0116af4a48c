import { Value } from 'typebox/value';
import { BonafideError, type ErrorCode } from '../../errors.ts';
import type { Language } from '../../messages.ts';
import { hasManyValues } from '../../plugins/json-bodies.ts';
import type { ChallengeMessage } from '../../services/challenge-client.ts';
import { decodeBase64 } from '../base64.ts';
import { toTurnMessage } from '../turn-message.ts';
import { frameMessage, type ServerMessage } from './schemas.ts';

/** A message of a session in the words of seed 001. */
export function toServerMessage(
  message: ChallengeMessage,
  language: Language,
  trouble?: ErrorCode,
): ServerMessage {
  const { live } = message;
  return { ...toTurnMessage(message, language, trouble), ...(live !== undefined && { live }) };
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
