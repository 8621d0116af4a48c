import { type Deadlines, within } from './deadlines.ts';
import { readMessage } from './read-message.ts';
import { type TroubleCode, TroubleError } from './troubles.ts';
import { type Address, type Contract, type ServerMessage, socketAddress } from './wire.ts';

/** How a connection ended that was open. */
export interface Loss {
  /** RFC 6455, section 7.4.1; 1006: without a word. */
  readonly code: number;
  /** What the server wrote beside it: a code of its catalogue of errors. */
  readonly reason: string;
}

/** A connection that is open. */
export interface Connection {
  send(frame: Blob): void;
  close(): void;
}

/** Who hears what comes of a connection. */
export interface ConnectionListener {
  onMessage(message: ServerMessage): void;
  /** Something came that no server of ours says. */
  onNonsense(): void;
  onLoss(loss: Loss): void;
}

/**
 * Opens a connection.
 *
 * @throws TroubleError why it could not be opened
 */
export async function connect(
  address: Address,
  { connect: patience }: Deadlines,
  signal: AbortSignal,
  listener: ConnectionListener,
): Promise<Connection> {
  const { url, protocols } = socketAddress(address);
  const socket = new WebSocket(url, [...protocols]);
  // From the beginning: the server speaks first, and whoever waits for the opening may hear of it late.
  socket.onmessage = ({ data }) => {
    const message = readMessage(data);
    if (message) listener.onMessage(message);
    else listener.onNonsense();
  };
  try {
    await within(opened(socket), patience, 'connect_timeout', signal);
  } catch (error) {
    abandon(socket);
    throw error === refused ? await explainRefusal(url, address, patience, signal) : error;
  }
  socket.onclose = ({ code, reason }) => listener.onLoss({ code, reason });
  if (socket.readyState !== WebSocket.OPEN) listener.onLoss({ code: 1006, reason: '' });
  return { send: (frame) => socket.send(frame), close: () => abandon(socket) };
}

const refused = Symbol('refused');

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onclose = () => reject(refused);
  });
}

function abandon(socket: WebSocket): void {
  Object.assign(socket, { onopen: null, onmessage: null, onclose: null });
  socket.close();
}

/** Browsers tell nobody why a WebSocket was refused: an ordinary request to the same address does. */
async function explainRefusal(
  url: string,
  { contract, token, key }: Address,
  patience: number,
  signal: AbortSignal,
): Promise<TroubleError> {
  const address = url.replace(/^ws/, 'http');
  const headers: Record<string, string> = {
    ...(contract === 'sessions' && { authorization: `Bearer ${token}` }),
    ...(contract === 'challenge' && key && { 'x-api-key': key }),
  };
  const ask = (init: RequestInit) =>
    within(fetch(address, { cache: 'no-store', ...init }), patience, 'server_unreachable', signal).catch(
      () => null,
    );
  const answer = await ask({ headers });
  signal.throwIfAborted();
  if (answer) return troubleOfAnswer(answer.status, answer.headers.get('retry-after'), contract);
  if (!navigator.onLine) return new TroubleError('offline');
  // Another origin's answer cannot be read, but it tells that there is a server.
  const isThere = await ask({ mode: 'no-cors' });
  signal.throwIfAborted();
  return new TroubleError(isThere ? 'connection_refused' : 'server_unreachable');
}

/** Milliseconds to wait for a busy server that does not say how long. */
export const someTime = 2_000;

/** What an answer to the handshake means. @param retryAfter the header, in seconds */
export function troubleOfAnswer(status: number, retryAfter: string | null, contract: Contract): TroubleError {
  if (status === 503 || status === 429) {
    const seconds = Number(retryAfter ?? '');
    return new TroubleError('server_busy', { retryAfter: seconds > 0 ? seconds * 1_000 : someTime });
  }
  if (contract === 'sessions' && [401, 404, 409, 410].includes(status))
    return new TroubleError('token_refused');
  if (contract === 'challenge' && status === 401) return new TroubleError('key_refused');
  return new TroubleError(status >= 500 ? 'server_failed' : 'connection_refused');
}

/**
 * Why a stream is not to be opened, where that is what a message says: its handshake succeeds whatever the token is, for
 * browsers do not show the answer to a refused one. Null for any other message.
 */
export function troubleOfRefusal({
  type,
  reason,
  retry_after_ms: retryAfter = someTime,
}: ServerMessage): TroubleError | null {
  const code = type === 'failed' ? refusals.get(reason ?? '') : undefined;
  if (code === undefined) return null;
  return new TroubleError(code, code === 'server_busy' ? { retryAfter: Math.max(retryAfter, someTime) } : {});
}

const refusals: ReadonlyMap<string, TroubleCode> = new Map([
  ['session_unknown', 'token_refused'],
  ['session_used_up', 'token_refused'],
  ['session_in_use', 'session_in_use'],
  ['forbidden_origin', 'connection_refused'],
  ['too_many_sessions', 'server_busy'],
  ['store_unavailable', 'server_busy'],
]);

/** What a connection that was open ended with, where the server had the last word; null: it was cut. */
export function troubleOfLoss({ code }: Loss): TroubleError | null {
  // RFC 6455: 1008 policy, 1009 too large, 1011 the server's mistake; IANA: 1013 try again later.
  if (code === 1013) return new TroubleError('server_busy', { retryAfter: someTime });
  if (code === 1008) return new TroubleError('connection_refused');
  if (code === 1009 || code === 1011) return new TroubleError('server_failed');
  return null;
}
