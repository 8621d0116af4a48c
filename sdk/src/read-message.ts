import type { ServerMessage } from './wire.ts';

const types = ['start', 'waiting', 'challenge', 'success', 'complete', 'failed', 'no_face'];
const instructions = ['CENTER', 'LEFT', 'RIGHT', 'UP', 'DOWN', 'VERIFIED'];

/** More turns than anybody asks for: each is a mark on the screen. */
const mostTurns = 100;
/** Milliseconds: no server waits longer for anything. */
const longest = 86_400_000;

/**
 * Reads what came over the socket. What is shown and waited for is looked at, for the address may be somebody else's, or
 * a proxy may answer in the server's place.
 *
 * @returns null for what no server of ours says
 */
export function readMessage(data: unknown): ServerMessage | null {
  const message = parse(data);
  return isMessage(message) ? message : null;
}

function parse(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is ServerMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { type, instruction, success, total, ...more } = value as Record<string, unknown>;
  const { turn_remaining_ms: turn, retry_after_ms: retry, frame, reason, error, hint } = more;
  return (
    types.includes(type as string) &&
    instructions.includes(instruction as string) &&
    isWithin(success, mostTurns) &&
    isWithin(total, mostTurns) &&
    (turn === undefined || turn === null || isWithin(turn, longest)) &&
    (retry === undefined || isWithin(retry, longest)) &&
    (frame === undefined || isWithin(frame, Number.MAX_SAFE_INTEGER)) &&
    [reason, error, hint].every((text) => text === undefined || typeof text === 'string')
  );
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}
