import { once } from 'node:events';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { listeningApp } from '../../../test/support/app.ts';

it('lets its last message be read before it closes, also by a client that is just sending', async () => {
  const url = await listeningApp({ SESSION_TIMEOUT: '1' });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const events: string[] = [];
  socket.on('message', (data) => {
    const { type } = JSON.parse(String(data));
    events.push(type);
    // The server answers this only while its side is open.
    if (type === 'failed') socket.ping();
  });
  socket.on('pong', () => events.push('still open'));
  const [code] = await once(socket, 'close');
  expect(events).toEqual(['start', 'failed', 'still open']);
  expect(code).toBe(1000);
});
