import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from '@fastify/websocket';

/** Milliseconds for the last message to be read: a camera's picture or two, and the way there. */
const farewell = 500;

/**
 * Closes a socket after its last message. Unless the client misbehaved it is given a moment to do so itself:
 * one that sends a frame for each answer, as seed 001's Python client does, would otherwise be told that its
 * socket is closed, in the middle of sending, before it came to read why.
 */
export function sayGoodbye(socket: WebSocket, code: number, reason?: string): void {
  const timer = setTimeout(() => socket.close(code, reason), code === 1000 ? farewell : 0);
  socket.on('close', () => clearTimeout(timer));
}

/**
 * Ends a connection whose other end has gone without a word. Every byte is a sign of life: on a slow uplink the
 * answer to a ping queues up behind frames.
 */
export function hangUpOnTheDeaf(socket: WebSocket, connection: Socket, interval: number): void {
  let heard = -1;
  const heartbeat = setInterval(() => {
    if (connection.bytesRead === heard) return socket.terminate();
    heard = connection.bytesRead;
    socket.ping();
  }, interval);
  socket.on('close', () => clearInterval(heartbeat));
}

/** How long the other end may take to give a sign of life, and how often it is looked for, in milliseconds. */
const signOfLife = { within: 2_000, every: 50 };

/** Whether the other end gives a sign of life when it is asked for one: any byte will do. */
export async function givesSignOfLife(socket: WebSocket, connection: Socket): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return false;
  const heard = connection.bytesRead;
  socket.ping();
  for (let waited = 0; waited < signOfLife.within; waited += signOfLife.every) {
    await pause(signOfLife.every);
    if (socket.readyState !== socket.OPEN) return false;
    if (connection.bytesRead !== heard) return true;
  }
  return false;
}
