/**
 * Holds liveness sessions in a React Native app: copy this file, it needs nothing but the platform (React Native 0.74 or
 * later, for `atob`). How it is used stands in ../react-native.md, what the messages say in ../javascript.md.
 */

// React Native has these, its types do not.
declare const performance: { now(): number };
declare const atob: (base64: string) => string;
declare const btoa: (binary: string) => string;

/** What the server says. */
export interface Message {
  readonly type: 'start' | 'waiting' | 'challenge' | 'success' | 'no_face' | 'complete' | 'failed';
  readonly state: string;
  readonly instruction: 'CENTER' | 'LEFT' | 'RIGHT' | 'UP' | 'DOWN' | 'VERIFIED';
  readonly success: number;
  readonly total: number;
  /** In `failed`: why. */
  readonly reason?: string;
  /** What the user should mend. */
  readonly hint?: string;
  /** What was wrong with the last picture; the session goes on. */
  readonly error?: string;
  /** `reason`, `hint` or `error` in words. */
  readonly message?: string;
  /** Native sessions: which frame of this connection this answers. */
  readonly frame?: number;
  readonly retry_after_ms?: number;
  readonly turn_remaining_ms?: number | null;
  readonly session_remaining_ms?: number;
  /** `/ws` alone: the verdict. */
  readonly live?: boolean;
}

/** What keeps a session from an end of its own. */
export type TroubleCode =
  /** No connection: no network, no server, or, on `/ws`, one that is full or refuses the key. */
  | 'unreachable'
  /** It was lost, and did not come back in time. */
  | 'connection_lost'
  | 'answer_timeout'
  | 'server_busy'
  /** The token is wrong, expired or used up. */
  | 'token_refused'
  | 'session_in_use'
  /** The camera failed, or gave no picture in time. */
  | 'camera_lost'
  | 'cancelled';

export class Trouble extends Error {
  readonly code: TroubleCode;
  /** Milliseconds. */
  readonly retryAfter: number;

  constructor(code: TroubleCode, retryAfter = 0) {
    super(code);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** How long each thing is waited for, in milliseconds: nothing waits without an end. */
export const defaultLimits = {
  connect: 10_000,
  answer: 10_000,
  picture: 5_000,
  /** RECONNECT_SECONDS of the server. */
  reconnect: 10_000,
  /** A server that is full, all its waits together. */
  busy: 60_000,
};

/** The app's side of a session. */
export interface Participant {
  /** Takes a picture: JPEG as base64, not mirrored. */
  readonly takePicture: () => Promise<string>;
  /** Hears every message but refusals. */
  readonly onMessage: (message: Message) => void;
  /** Hears that the session waits by itself: for a busy server, or to come back after its connection was lost. */
  readonly onWait?: (why: 'server_busy' | 'connection_lost') => void;
  /** Gives up, with the trouble `cancelled`. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<typeof defaultLimits>;
}

/**
 * Takes part in a native session, and comes back to it when the connection is lost.
 *
 * @param server `https://liveness.example.com` for instance
 * @param token `client_token`, which the app's own backend was given
 * @returns the last message, `complete` or `failed`; what counts is what the backend reads
 * @throws Trouble
 */
export async function holdSession(server: string, token: string, participant: Participant): Promise<Message> {
  const limits = { ...defaultLimits, ...participant.limits };
  const line: Line = {
    url: `${socketAddress(server)}/v2/sessions/${token.split('.')[0]}/stream`,
    protocols: ['bonafide', `bonafide.token.${token}`],
    headers: {},
    encode: encodeFrame,
    isAnswer: ({ frame }) => frame !== undefined,
  };
  const startedAt = performance.now();
  let hasBegun = false;
  let backBy = Number.POSITIVE_INFINITY;
  const onStart = () => {
    hasBegun = true;
    backBy = Number.POSITIVE_INFINITY;
  };
  for (;;) {
    try {
      return await talk(line, participant, limits, onStart);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      const now = performance.now();
      if (error.code === 'server_busy' && now + error.retryAfter - startedAt < limits.busy) {
        participant.onWait?.(error.code);
        await pause(error.retryAfter, participant.signal);
        continue;
      }
      if (!hasBegun || error.code === 'camera_lost' || error.code === 'cancelled') throw error;
      backBy = Math.min(backBy, now + limits.reconnect);
      if (!passing.includes(error.code) || now > backBy) throw new Trouble('connection_lost');
      participant.onWait?.('connection_lost');
      await pause(attemptPause, participant.signal);
    }
  }
}

/** Troubles of a session that has begun which may be over a moment later; the server may notice a loss late. */
const passing: readonly TroubleCode[] = [
  'unreachable',
  'connection_lost',
  'answer_timeout',
  'session_in_use',
];
/** Milliseconds between two attempts to come back. */
const attemptPause = 500;

/**
 * Takes part in a challenge of `/ws`, which has no token, and cannot be come back to.
 *
 * @param url `wss://liveness.example.com/ws` for instance
 * @param key an API key where the server asks for one: only in apps for people who may know it
 * @param language of `message`: en, id, pt or uz, which is the default
 * @returns the last message; `live` of a `complete` is the verdict
 * @throws Trouble
 */
export function runChallenge(
  url: string,
  { key, language }: { readonly key?: string | undefined; readonly language?: string | undefined },
  participant: Participant,
): Promise<Message> {
  const line: Line = {
    url,
    headers: language ? { 'Accept-Language': language } : {},
    protocols: key ? ['bonafide', `bonafide.key.${base64url(key)}`] : [],
    encode: (_, picture) => JSON.stringify({ frame: picture }),
    isAnswer: () => true,
  };
  return talk(line, participant, { ...defaultLimits, ...participant.limits }, () => {});
}

/** How a contract speaks. */
interface Line {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (takenAt: number, picture: string) => ArrayBuffer | string;
  readonly isAnswer: (message: Message) => boolean;
}

/** Milliseconds between two pictures: turns need no more than 7 a second. */
const framePause = 143;

/** One connection: a picture, its answer, the next picture, until the server has the last word. */
async function talk(
  line: Line,
  { takePicture, onMessage, signal }: Participant,
  limits: typeof defaultLimits,
  onStart: () => void,
): Promise<Message> {
  const connection = connect(line, signal);
  const hear = (message: Message) => {
    onMessage(message);
    return message;
  };
  try {
    const first = await connection.next(limits.connect, 'unreachable');
    throwRefusal(first);
    onStart();
    let message = hear(first);
    while (!isLast(message)) {
      const takenAt = performance.now();
      const picture = await within(takePicture(), limits.picture, 'camera_lost', signal);
      // What was said meanwhile: time may have run out.
      for (const said of connection.said()) message = hear(said);
      if (isLast(message)) break;
      connection.send(line.encode(takenAt, picture));
      do message = hear(await connection.next(limits.answer, 'answer_timeout'));
      while (!line.isAnswer(message) && !isLast(message));
      if (isLast(message)) break;
      await pause(message.retry_after_ms ?? takenAt + framePause - performance.now(), signal);
    }
    return message;
  } finally {
    connection.close();
  }
}

const isLast = ({ type }: Message) => type === 'complete' || type === 'failed';

/** Streams that are not to be opened are, and say so: apps cannot read the answer to a refused handshake. */
function throwRefusal({ type, reason, retry_after_ms: retryAfter }: Message): void {
  const code = type === 'failed' ? refusals[reason ?? ''] : undefined;
  if (code) throw new Trouble(code, retryAfter ?? 1_000);
}

const refusals: Readonly<Record<string, TroubleCode>> = {
  session_unknown: 'token_refused',
  session_used_up: 'token_refused',
  session_in_use: 'session_in_use',
  too_many_sessions: 'server_busy',
  store_unavailable: 'server_busy',
};

/** React Native's takes headers, too. */
type SocketMaker = new (url: string, protocols: string[], options: object) => WebSocket;

/** Opens a WebSocket whose messages can be waited for. */
function connect({ url, protocols, headers }: Line, signal: AbortSignal) {
  const socket = new (WebSocket as unknown as SocketMaker)(url, [...protocols], { headers });
  const messages: Message[] = [];
  let [isOpened, isClosed] = [false, false];
  let wake = () => {};
  socket.onopen = () => {
    isOpened = true;
  };
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    wake();
  };
  socket.onclose = () => {
    isClosed = true;
    wake();
  };
  // The close that follows says all there is.
  socket.onerror = () => {};
  return {
    async next(limit: number, late: TroubleCode): Promise<Message> {
      const something = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (messages.length === 0 && !isClosed) await within(something, limit, late, signal);
      const message = messages.shift();
      if (!message) throw new Trouble(isOpened ? 'connection_lost' : 'unreachable');
      return message;
    },
    said: () => messages.splice(0),
    send(frame: ArrayBuffer | string) {
      if (!isClosed) socket.send(frame);
    },
    close: () => socket.close(),
  };
}

/** 8 bytes of capture time (float64, big-endian, milliseconds of a clock that never goes back), then the JPEG. */
export function encodeFrame(takenAt: number, picture: string): ArrayBuffer {
  const jpeg = atob(picture);
  const frame = new Uint8Array(8 + jpeg.length);
  new DataView(frame.buffer).setFloat64(0, takenAt);
  for (let at = 0; at < jpeg.length; at++) frame[8 + at] = jpeg.charCodeAt(at);
  return frame.buffer;
}

function socketAddress(server: string): string {
  return server.replace(/^http/, 'ws').replace(/\/$/, '');
}

function base64url(text: string): string {
  const binary = unescape(encodeURIComponent(text));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** What `promise` gives, or trouble: `late` after `limit` milliseconds, and when it fails. */
export function within<T>(
  promise: Promise<T>,
  limit: number,
  late: TroubleCode,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new Trouble('cancelled'));
    const timer = setTimeout(() => reject(new Trouble(late)), limit);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    promise
      .then(resolve, () => reject(new Trouble(late)))
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
      });
  });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  const over = new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  await within(over, milliseconds + 1_000, 'cancelled', signal);
}
