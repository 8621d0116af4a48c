import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { chooseLanguage } from '../../messages.ts';
import type { ChallengeSessions } from '../../services/challenge-sessions.ts';
import { closeCode, readFrame, toServerMessage } from './mapping.ts';

/** What one socket needs to know. */
export interface SocketOptions {
  readonly sessions: Pick<ChallengeSessions, 'open'>;
  /** Largest image, in bytes. */
  readonly maxFrameBytes: number;
  /** Longest time for which nothing may come from a client, in milliseconds. */
  readonly idleTimeout: number;
}

/** Bytes of answers that may wait for a slow reader: some 140 messages, more than ten seconds of a session. */
const maxBufferedBytes = 16_384;

/** Milliseconds for the last message to be read: a camera's picture or two, and the way there. */
const farewell = 500;

/** Runs one session over one socket, from the first message to the close. */
export function serveSocket(socket: WebSocket, request: FastifyRequest, options: SocketOptions): void {
  const language = chooseLanguage(request.headers['accept-language'], 'uz');
  const session = options.sessions.open({
    tell(message, { trouble }) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(toServerMessage(message, language, trouble)));
      if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
    },
    end({ outcome, reason, frames, milliseconds }) {
      request.findings = { verdict: outcome, timings: [] };
      request.log.info({ outcome, reason, frames, ms: Math.round(milliseconds) }, 'challenge session');
      if (outcome !== 'left') sayGoodbye(socket, closeCode(reason));
    },
    fail: (error) => request.log.error(error),
  });
  socket.on('message', (data: Buffer, isBinary: boolean) =>
    session.takeFrame(data.length, () => readFrame(data, isBinary, options.maxFrameBytes)),
  );
  // What breaks the protocol itself, a message past the limit for instance; the socket is closing by now.
  socket.on('error', () => session.abort('invalid_frame'));
  socket.on('close', session.leave);
  hangUpOnTheDeaf(socket, request.raw.socket, options.idleTimeout / 2);
}

/**
 * Closes a socket after its last message. Unless the client misbehaved it is given a moment to do so itself:
 * one that sends a frame for each answer, as seed 001's Python client does, would otherwise be told that its
 * socket is closed, in the middle of sending, before it came to read why.
 */
function sayGoodbye(socket: WebSocket, code: number): void {
  const timer = setTimeout(() => socket.close(code), code === 1000 ? farewell : 0);
  socket.on('close', () => clearTimeout(timer));
}

/**
 * Ends a connection whose other end has gone without a word. Every byte is a sign of life: on a slow uplink the
 * answer to a ping queues up behind frames.
 */
function hangUpOnTheDeaf(socket: WebSocket, connection: Socket, interval: number): void {
  let heard = -1;
  const heartbeat = setInterval(() => {
    if (connection.bytesRead === heard) return socket.terminate();
    heard = connection.bytesRead;
    socket.ping();
  }, interval);
  socket.on('close', () => clearInterval(heartbeat));
}
