import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { chooseLanguage } from '../../messages.ts';
import type { ChallengeSessions } from '../../services/challenge-sessions.ts';
import { hangUpOnTheDeaf, sayGoodbye } from '../socket-manners.ts';
import { closeCode, summariseSession } from '../turn-message.ts';
import { readFrame, toServerMessage } from './mapping.ts';

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
      request.findings = {
        verdict: outcome,
        ...summariseSession(outcome, reason),
        timings: [],
      };
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
