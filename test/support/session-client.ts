import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';
import type {
  OpenedSession,
  SessionRequest,
  SessionResult,
  StreamMessage,
} from '../../src/contracts/sessions/schemas.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { createMatcher } from '../../src/services/matcher.ts';
import type { Stores } from '../../src/stores/ports.ts';
import type { Behaviour } from './challenge-client.ts';

type Headers = Readonly<Record<string, string>>;

/** An answer of the server, whatever it is. */
export async function ask(url: string, method: string, path: string, headers: Headers = {}, body?: unknown) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

/** Makes a session, as a backend does. */
export async function makeSession(
  url: string,
  wish: SessionRequest = {},
  headers: Headers = {},
): Promise<OpenedSession> {
  const { status, body } = await ask(url, 'POST', '/v2/sessions', headers, wish);
  if (status !== 201) throw new Error(`POST /v2/sessions: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** What came of a session, as its backend reads it. */
export async function readSession(url: string, id: string, headers: Headers = {}): Promise<SessionResult> {
  const { status, body } = await ask(url, 'GET', `/v2/sessions/${id}`, headers);
  if (status !== 200) throw new Error(`GET /v2/sessions/${id}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** A frame as it is sent: when it was taken, then the picture. */
export function frameOf(picture: Uint8Array, at: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeDoubleBE(at);
  return Buffer.concat([time, picture]);
}

/** A stream, and what its client has heard so far. */
export interface Stream {
  readonly socket: WebSocket;
  readonly messages: StreamMessage[];
  readonly last: () => StreamMessage | undefined;
  /** The close code and its reason. */
  readonly closed: Promise<readonly [number, string]>;
  /** Sends a picture, and returns its answer. */
  readonly show: (picture: Uint8Array) => Promise<StreamMessage>;
}

/** Opens the stream of a session. */
export function openStream(
  url: string,
  { stream, client_token: token }: Pick<OpenedSession, 'stream' | 'client_token'>,
  options: ClientOptions = {},
): Stream {
  const address = `${url.replace(/^http/, 'ws')}${stream}`;
  const socket = new WebSocket(address, ['bonafide', `bonafide.token.${token}`], options);
  const messages: StreamMessage[] = [];
  const waiting = new Map<number, (message: StreamMessage) => void>();
  let sent = 0;
  socket.on('message', (data) => {
    const message: StreamMessage = JSON.parse(String(data));
    messages.push(message);
    if (message.frame !== undefined) waiting.get(message.frame)?.(message);
  });
  const closed = once(socket, 'close').then(([code, reason]) => [Number(code), String(reason)] as const);
  return {
    socket,
    messages,
    last: () => messages.at(-1),
    closed,
    show: (picture) =>
      new Promise((resolve) => {
        waiting.set(++sent, resolve);
        socket.send(frameOf(picture, performance.now()));
      }),
  };
}

/** How a stream went. */
export interface StreamedSession {
  readonly messages: readonly StreamMessage[];
  readonly last: StreamMessage;
  readonly closed: readonly [number, string];
}

/** Takes part in a session, a frame after each answer, until the server closes the stream. */
export async function takeSession(
  url: string,
  session: OpenedSession,
  behaviour: Behaviour,
  {
    pause = 80,
    until,
  }: { readonly pause?: number; readonly until?: (message: StreamMessage) => boolean } = {},
): Promise<StreamedSession> {
  const stream = openStream(url, session);
  const { socket, messages } = stream;
  const startedAt = performance.now();
  let instructedAt = startedAt;
  let number = 0;
  const isOver = ({ type }: StreamMessage) => type === 'complete' || type === 'failed';
  socket.on('message', () => {
    const [before, message] = [messages.at(-2), messages.at(-1)!];
    if (before?.instruction !== message.instruction) instructedAt = performance.now();
    if (until?.(message)) return socket.terminate();
    if (isOver(message)) return;
    setTimeout(() => {
      if (socket.readyState !== socket.OPEN) return;
      const now = performance.now();
      const { instruction, success } = message;
      const cue = { instruction, success, since: now - instructedAt, elapsed: now - startedAt };
      number++;
      socket.send(frameOf(behaviour(cue), now));
    }, pause);
  });
  const closed = await stream.closed;
  const answers = messages.flatMap(({ frame }) => frame ?? []);
  // One answer for each frame, in their order; the last frame may be answered by the end.
  if (answers.some((frame, at) => frame !== at + 1) || number - answers.length > 1)
    throw new Error(`Of ${number} frames these were answered: ${answers.join(' ')}`);
  return { messages, last: messages.at(-1)!, closed };
}

/** Enrols who is in a picture, as the matcher of a server with these stores knows them. */
export async function enrol(
  { enrolments }: Pick<Stores, 'enrolments'>,
  perception: Perception,
  userId: string,
  picture: Uint8Array,
): Promise<void> {
  const { faces } = await perception.analyseImage(picture, { measuredFaces: 1, measure: ['embedding'] });
  const embedding = faces[0]!.embedding;
  if (embedding.status !== 'measured') throw new Error('No embedding.');
  const settings = { matchThreshold: 0.35, lifetimeDays: 0, uniqueFaces: false };
  const matcher = createMatcher({ enrolments, settings, now: () => new Date(), randomId: () => 'x' });
  await matcher.enrol({ userId, embeddings: [embedding.value] });
}
