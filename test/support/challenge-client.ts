import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';
import type { ServerMessage } from '../../src/contracts/challenge/schemas.ts';
import type { Direction, PoseBank } from './pose-bank.ts';

/** What a user knows when their camera takes a picture. Times in milliseconds. */
export interface Cue {
  readonly instruction: ServerMessage['instruction'];
  /** Since the instruction was given. */
  readonly since: number;
  /** Since the session began. */
  readonly elapsed: number;
  /** Challenges passed so far. */
  readonly success: number;
}

/** What the camera sees at a moment. */
export type Behaviour = (cue: Cue) => Buffer;

/** How a picture is sent. */
export type Transport = (picture: Buffer) => string | Buffer;

/** The two ways of seed 001, and ours: base64, a data URL, the bytes themselves. */
export const transports = {
  base64: (picture) => JSON.stringify({ frame: picture.toString('base64') }),
  dataUrl: (picture) => JSON.stringify({ frame: `data:image/jpeg;base64,${picture.toString('base64')}` }),
  binary: (picture) => picture,
} as const satisfies Record<string, Transport>;

/** A session as its client saw it. */
export interface Session {
  readonly messages: readonly ServerMessage[];
  readonly last: ServerMessage;
  readonly closeCode: number;
  /** What was sent, and when: milliseconds since the session began. */
  readonly sent: readonly { readonly at: number; readonly picture: Buffer }[];
}

export interface ClientSettings extends ClientOptions {
  /** Pictures a second; `each`: one for each message, as seed 001's Python client sends them. */
  readonly pace?: number | 'each';
  readonly transport?: Transport;
  readonly protocols?: readonly string[];
}

/** Opens a socket to `/ws` of a server at `url` (`http:…`). */
export function connect(url: string, { protocols = [], ...options }: ClientSettings = {}): WebSocket {
  return new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, [...protocols], options);
}

/** Takes part in a session until the server closes it. */
export async function takeChallenge(
  url: string,
  behaviour: Behaviour,
  settings: ClientSettings = {},
): Promise<Session> {
  const { pace = 10, transport = transports.base64 } = settings;
  const socket = connect(url, settings);
  const closed = once(socket, 'close');
  const messages: ServerMessage[] = [];
  const sent: { at: number; picture: Buffer }[] = [];
  let startedAt = 0;
  let instructedAt = 0;
  let camera: NodeJS.Timeout | undefined;

  function send(): void {
    const last = messages.at(-1)!;
    if (socket.readyState !== WebSocket.OPEN || isOver(last)) return;
    const now = performance.now();
    const picture = behaviour({
      instruction: last.instruction,
      since: now - instructedAt,
      elapsed: now - startedAt,
      success: last.success,
    });
    sent.push({ at: now - startedAt, picture });
    socket.send(transport(picture));
  }

  socket.on('message', (data) => {
    const message: ServerMessage = JSON.parse(String(data));
    const before = messages.at(-1);
    if (before?.instruction !== message.instruction) instructedAt = performance.now();
    messages.push(message);
    if (pace === 'each') send();
    else if (!before) {
      startedAt = performance.now();
      camera = setInterval(send, 1000 / pace);
    }
  });
  const [closeCode] = await closed;
  clearInterval(camera);
  return { messages, last: messages.at(-1)!, closeCode, sent };
}

function isOver({ type }: ServerMessage): boolean {
  return type === 'complete' || type === 'failed';
}

/** Milliseconds after which a user begins to move, and that each picture of a turn stays. */
const reaction = 150;
const step = 80;

/** Somebody who does as told; `from` says who is in front of the camera, `turn` which way they take it. */
export function cooperative(
  from: PoseBank | ((cue: Cue) => PoseBank),
  turn: (asked: Direction, cue: Cue) => Direction = (asked) => asked,
): Behaviour {
  let latest: Direction = 'LEFT';
  return (cue) => {
    const bank = typeof from === 'function' ? from(cue) : from;
    const moved = Math.floor((cue.since - reaction) / step);
    const turning = cue.instruction !== 'CENTER' && cue.instruction !== 'VERIFIED';
    if (turning && moved >= 0) latest = turn(cue.instruction, cue);
    const way = bank.turns[latest];
    // Back at the centre after the way that was taken; there from the start.
    const place = turning ? Math.min(moved, way.length - 1) : way.length - 1 - Math.max(moved, 0);
    if (place >= 0 && (turning || cue.success > 0)) return way[place]!;
    return bank.centre[Math.floor(cue.elapsed / 200) % bank.centre.length]!;
  };
}

/** Somebody who never moves. */
export function still(bank: PoseBank): Behaviour {
  return ({ elapsed }) => bank.centre[Math.floor(elapsed / 200) % bank.centre.length]!;
}

/** Plays a recorded session again, at the times at which it was sent; its last picture stays. */
export function replayOf(sent: Session['sent']): Behaviour {
  return ({ elapsed }) => (sent.findLast(({ at }) => at <= elapsed) ?? sent[0]!).picture;
}
