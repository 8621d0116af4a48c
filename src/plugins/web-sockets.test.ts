import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { listeningApp, picture } from '../../test/support/app.ts';
import { allowOrigins, type OriginOptions } from './web-sockets.ts';

/** A connection that stays, and what the server says on it, answer by answer. */
function talk(url: string) {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  return { socket, statuses: () => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status) };
}

/** What Java's HttpClient and `curl --http2` send with their first request. */
const h2c =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n';

const body = JSON.stringify(picture);
const post = (headers: string) =>
  `POST /liveness HTTP/1.1\r\nHost: x\r\n${headers}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
const get = (headers: string, path = '/health') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

describe('an upgrade to anything but WebSocket is not taken, and the request answered as any other', () => {
  it.each([
    ['h2c', h2c],
    ['TLS', 'Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n'],
    ['nothing', 'Connection: Upgrade\r\nUpgrade:\r\n'],
  ])('%s: request after request on one connection, bodies in one piece or two', async (_, headers) => {
    const { socket, statuses } = talk(await listeningApp());
    const steps = [get(headers), post(headers) + body, post(headers), body, get(''), post('') + body];
    let answers = 0;
    for (const step of steps) {
      socket.write(step);
      if (step === post(headers)) continue;
      answers++;
      await expect.poll(statuses).toEqual(Array(answers).fill('200'));
    }
  });

  it('also behind a request that has no answer yet', async () => {
    const { socket, statuses } = talk(await listeningApp());
    socket.write(get('') + post(h2c) + body);
    await expect.poll(statuses).toEqual(['200', '200']);
  });

  it('also for a body that is too large, and one that asks first', async () => {
    const { socket, statuses } = talk(await listeningApp());
    socket.write(post(`${h2c}Expect: 100-continue\r\n`));
    await expect.poll(statuses).toEqual(['100']);
    socket.write(body);
    await expect.poll(statuses).toEqual(['100', '200']);
    socket.write(`POST /liveness HTTP/1.1\r\nHost: x\r\n${h2c}Content-Length: 99999999\r\n\r\n`);
    await expect.poll(statuses).toEqual(['100', '200', '415']);
  });
});

describe('a WebSocket handshake', () => {
  it.each(['/health?secret=1', '/', '/nowhere?secret=1', '/test?secret=1'])(
    'at %s finds nothing there, and leaves no address in the log',
    async (path) => {
      const lines: string[] = [];
      const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
      const url = await listeningApp({}, { logger });
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      let answer = '';
      for await (const chunk of response) answer += chunk;
      expect([response.statusCode, response.headers['content-type']]).toEqual([
        404,
        'application/problem+json',
      ]);
      expect(JSON.parse(answer)).toMatchObject({ code: 'not_found' });
      await expect.poll(() => lines.join('')).toContain('"status":404');
      expect(lines.join('')).not.toContain('secret');
    },
  );

  it('with another method than GET is none', async () => {
    const { socket, statuses } = talk(await listeningApp());
    socket.write(post('Connection: Upgrade\r\nUpgrade: websocket\r\n') + body);
    await expect.poll(statuses).toEqual(['200']);
  });

  it('that is broken is answered with a problem', async () => {
    const url = await listeningApp();
    const { socket } = talk(url);
    socket.write(get('Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n', '/ws'));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 (.|\r\n)*application\/problem\+json(.|\r\n)*"bad_http"/);
  });
});

describe('origins', () => {
  type Given = Partial<OriginOptions> & { readonly hasKey?: boolean };
  const caller = { id: 'API_KEY', digest: Buffer.of(), record: null };
  const asks = ({ hasKey, ...options }: Given, origin: string | undefined, host = '127.0.0.1:8000') =>
    allowOrigins({ publicUrl: '', allowed: [], ...options })({
      headers: { origin, host },
      caller: hasKey ? caller : null,
    } as FastifyRequest);
  const refused = expect.objectContaining({ code: 'forbidden_origin' });
  const publicUrl = 'https://liveness.example/x';
  const name = 'liveness.example';

  it.each<[Given, string | undefined, string]>([
    [{}, undefined, 'anything.example'],
    [{}, 'http://127.0.0.1:8000', '127.0.0.1:8000'],
    [{}, 'http://[::1]:8000', '[::1]:8000'],
    [{}, 'http://localhost', 'localhost:80'],
    [{}, 'https://LocalHost'.toLowerCase(), 'LOCALHOST:443'],
    [{ publicUrl }, 'https://liveness.example', name],
    [{ publicUrl }, 'https://liveness.example', 'inner:8000'],
    [{ publicUrl }, 'http://127.0.0.1:8000', '127.0.0.1:8000'],
    [{ allowed: ['http://shop.example:81'] }, 'http://shop.example:81', name],
    [{ allowed: ['*'] }, 'null', name],
    // Whoever rebinds a name has no key.
    [{ hasKey: true }, 'http://liveness.example:8000', 'liveness.example:8000'],
  ])('%j: %s may ask %s', (options, origin, host) => {
    expect(() => asks(options, origin, host)).not.toThrow();
  });

  it.each<[Given, string, string]>([
    // A name that was made to point here: the page's host is the one that it asks.
    [{}, 'http://evil.example:8000', 'evil.example:8000'],
    [{}, 'http://localhost.evil.example', 'localhost.evil.example'],
    [{}, 'http://127.0.0.1.evil.example', '127.0.0.1.evil.example'],
    [{ publicUrl }, 'http://evil.example', 'evil.example'],
    [{ allowed: ['https://shop.example'] }, 'http://evil.example', 'evil.example'],
    // The scheme is known, and this is the other one: a page that a stranger on the way may have written.
    [{ publicUrl }, 'http://liveness.example', name],
    [{ publicUrl, hasKey: true }, 'http://liveness.example', name],
    [{ allowed: ['https://shop.example'] }, 'http://shop.example', 'shop.example'],
    [{ hasKey: true }, 'https://evil.example', '127.0.0.1:8000'],
    [{}, 'http://127.0.0.1:8001', '127.0.0.1:8000'],
    [{}, 'https://localhost', 'localhost:80'],
    [{}, 'null', '127.0.0.1:8000'],
    [{}, 'file://', ''],
    [{}, '', ''],
  ])('%j: %s may not ask %s', (options, origin, host) => {
    expect(() => asks(options, origin, host)).toThrow(refused);
  });
});
