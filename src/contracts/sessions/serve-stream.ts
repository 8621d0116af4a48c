import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { chooseLanguage, type Language } from '../../messages.ts';
import { nameError } from '../../plugins/problems.ts';
import type { StreamClient, StreamSeat } from '../../services/run-session.ts';
import { givesSignOfLife, hangUpOnTheDeaf, sayGoodbye } from '../socket-manners.ts';
import { closeCode, summariseSession } from '../turn-message.ts';
import { createFrameReader } from './frame-reader.ts';
import { refusalCode, toRefusal, toStreamMessage } from './mapping.ts';
import type { StreamMessage } from './schemas.ts';
import type { StreamOptions } from './stream.ts';

/** What stands before the token in a subprotocol. */
const tokenProtocol = 'bonafide.token.';

/** Bytes of answers that may wait for a slow reader: a hundred of them, or with their details some ten. */
const maxBufferedBytes = 131_072;

/** What one connection needs to know. */
export interface ServedStreams extends Omit<StreamOptions, 'origins'> {
  /** Throws BonafideError `forbidden_origin`. */
  readonly checkOrigin: (request: FastifyRequest) => void;
}

/** Holds one connection of one session, from the handshake to the close. */
export async function serveStream(
  socket: WebSocket,
  request: FastifyRequest,
  id: string,
  { streams, checkOrigin, maxFrameBytes, idleTimeout, now }: ServedStreams,
): Promise<void> {
  // Nothing that comes before the token is looked up shall be lost.
  socket.pause();
  const fallback = chooseLanguage(request.headers['accept-language'], 'en');
  const connection = request.raw.socket;
  hangUpOnTheDeaf(socket, connection, idleTimeout / 2);
  let seat: StreamSeat;
  try {
    checkOrigin(request);
    seat = await streams.join(id, shownToken(request), clientOf(socket, request, id, fallback));
  } catch (error) {
    const known = nameError(error, request);
    send(socket, toRefusal(known, fallback));
    socket.close(refusalCode(known.code), known.code);
    socket.resume();
    return;
  }
  const read = createFrameReader(maxFrameBytes, idleTimeout);
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    const at = now();
    seat.takeFrame(data.length, () => read(data, isBinary, at));
  });
  // What breaks the protocol itself, a message past the limit for instance; the socket is closing by now.
  socket.on('error', seat.breakOff);
  socket.on('close', seat.leave);
  socket.resume();
  // It may have been cut while the store was asked, and says so but once.
  if (socket.readyState === socket.CLOSED) seat.leave();
}

function clientOf(socket: WebSocket, request: FastifyRequest, id: string, fallback: Language): StreamClient {
  return {
    tell: (word) => send(socket, toStreamMessage(word, word.order.language ?? fallback)),
    end({ reason, summary: { frames, milliseconds }, keyId }) {
      const verdict = reason === null ? 'live' : 'failed';
      const { outcome = 'unanswered', reasons = [] } = summariseSession(verdict, reason ?? undefined);
      // Not as what came of this request: the session may outlast its connection.
      request.server.noteDecision({
        contract: 'sessions',
        route: `WS ${request.routeOptions.url}`,
        outcome,
        verdict,
        reasons,
        keyId,
        milliseconds,
        sampleId: null,
        sessionId: id,
      });
      const ms = Math.round(milliseconds);
      request.log.info({ outcome: verdict, ...(reason && { reason }), frames, ms }, 'session');
      sayGoodbye(socket, closeCode(reason ?? undefined), reason ?? undefined);
    },
    isThere: () => givesSignOfLife(socket, request.raw.socket),
    cut: () => socket.terminate(),
    fail: (error) => request.log.error(error),
  };
}

function send(socket: WebSocket, message: StreamMessage): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.send(JSON.stringify(message));
  if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
}

function shownToken({ headers }: FastifyRequest): string {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const shown = protocols.find((protocol) => protocol.startsWith(tokenProtocol));
  return shown?.slice(tokenProtocol.length) ?? '';
}
