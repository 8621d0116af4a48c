import type { ServerMessage as ChallengeMessage } from '../../src/contracts/challenge/schemas.ts';
import type { StreamMessage } from '../../src/contracts/sessions/schemas.ts';

export type { StreamDetail } from '../../src/contracts/sessions/schemas.ts';

/**
 * `sessions`: the stream of a session that the page's own server has opened, with a token for this client alone.
 * `challenge`: `WS /ws`, without a token; for demonstrations and for pages whose users are trusted with an API key.
 */
export type Contract = 'sessions' | 'challenge';

/** What the server says, on either contract; only streams have the time that is left, and `frame`. */
export type ServerMessage = ChallengeMessage & Partial<Omit<StreamMessage, keyof ChallengeMessage>>;

/** Where a session is held, and what opens it. */
export interface Address {
  readonly contract: Contract;
  /** Address of the server, with or without a path in front of its own; `https://liveness.example.com` for instance. */
  readonly server: string;
  /** `sessions`: the `client_token` that the page was given by its own server. */
  readonly token?: string | undefined;
  /** `challenge`: an API key, where the server asks for one. */
  readonly key?: string | undefined;
}

/** What a WebSocket is opened with. The secret is a subprotocol: addresses land in logs. */
export interface SocketAddress {
  readonly url: string;
  readonly protocols: readonly string[];
}

/** Whether this may be the token of a session: its id, a dot, and a secret that an address and a header can hold. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\w-]+\.[\w-]+$/.test(token);
}

/** @throws TypeError when `server` is no address of the web */
export function socketAddress({ contract, server, token, key }: Address): SocketAddress {
  const base = new URL(server.endsWith('/') ? server : `${server}/`);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError('A server is reached by http or https.');
  base.protocol = base.protocol.replace('http', 'ws');
  if (contract === 'challenge')
    return {
      url: new URL('ws', base).href,
      protocols: key ? ['bonafide', `bonafide.key.${base64url(key)}`] : [],
    };
  const path = `v2/sessions/${encodeURIComponent(sessionOf(token ?? ''))}/stream`;
  return { url: new URL(path, base).href, protocols: ['bonafide', `bonafide.token.${token}`] };
}

/** A token begins with the id of its session. */
function sessionOf(token: string): string {
  return token.slice(0, Math.max(token.indexOf('.'), 0)) || token;
}

/**
 * A frame as it is sent: on a stream its capture time, milliseconds of a clock of this client that never goes back
 * (float64, big-endian), and the JPEG; on `/ws` the JPEG alone.
 */
export function encodeFrame(contract: Contract, capturedAt: number, jpeg: Blob): Blob {
  if (contract === 'challenge') return jpeg;
  const time = new DataView(new ArrayBuffer(8));
  time.setFloat64(0, capturedAt);
  return new Blob([time.buffer, jpeg]);
}

/** Whether a message answers a frame: on streams it says which, on `/ws` all but the first one do. */
export function answersFrame(contract: Contract, { type, frame }: ServerMessage): boolean {
  return contract === 'sessions' ? frame !== undefined : type !== 'start';
}

/** Whether it is the last one. */
export function isLast({ type }: ServerMessage): boolean {
  return type === 'complete' || type === 'failed';
}

function base64url(text: string): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
