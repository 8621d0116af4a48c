import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listeningApp, picture, scriptedPerception, testApp } from '../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../test/support/facts.ts';
import { BonafideError, catalogue, type ErrorCode } from '../errors.ts';

const json = { 'content-type': 'application/json' };
const post = (payload: InjectOptions['payload'], headers: Record<string, string> = json): InjectOptions => ({
  method: 'POST',
  url: '/liveness',
  headers,
  payload: payload ?? '',
});

const requests: readonly [ErrorCode, string, InjectOptions][] = [
  ['invalid_json', 'broken JSON', post('{"image":')],
  ['invalid_json', 'an empty body', post('')],
  ['invalid_json', 'a prototype in JSON', post('{"__proto__":{"x":1},"image":"AGE="}')],
  ['invalid_request', 'no body at all', { method: 'POST', url: '/liveness' }],
  ['invalid_request', 'an array', post('[]')],
  ['invalid_request', 'no image', post('{}')],
  ['invalid_request', 'a number for an image', post({ image: 1 })],
  ['invalid_request', 'nothing for an image', post({ image: null })],
  ['invalid_base64', 'text that is not base64', post({ image: 'not base64!' })],
  ['invalid_base64', 'an empty image', post({ image: '' })],
  [
    'unsupported_media_type',
    'a form',
    post('image=1', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  ['unsupported_media_type', 'plain text', post('{}', { 'content-type': 'text/plain' })],
  ['unsupported_media_type', 'a compressed body', post('{}', { ...json, 'content-encoding': 'gzip' })],
  ['unsupported_media_type', 'nonsense for a type', post('{}', { 'content-type': ';;;' })],
  ['payload_too_large', 'an image over the limit', post({ image: 'A'.repeat(1_400) })],
  ['payload_too_large', 'a body over the limit', post({ image: 'A'.repeat(40_000) })],
  ['not_found', 'an unknown path', { method: 'GET', url: '/nowhere' }],
  ['not_found', 'a bad escape in the URL', { method: 'GET', url: '/%zz' }],
  ['not_found', 'a bad escape in the name of a file', { method: 'GET', url: '/docs/static/%ff' }],
  ['not_found', 'a slash at the end: another address', { ...post(picture), url: '/v1/liveness/' }],
  ['not_found', 'a file the interface does not have', { method: 'GET', url: '/docs/static/none.js' }],
  ['method_not_allowed', 'a known path with another method', { method: 'GET', url: '/liveness?x=1' }],
  ['method_not_allowed', 'OPTIONS', { method: 'OPTIONS', url: '/health' }],
  ['check_not_found', 'the id of no check', { method: 'POST', url: '/active/blink?check=x' }],
];

it.each(requests)('%s: %s', async (code, _, request) => {
  const app = await testApp({ MAX_IMAGE_BYTES: '1000' });
  const response = await app.inject(request);
  expect(response.statusCode).toBe(catalogue[code].status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.json()).toMatchObject({
    type: `urn:bonafide:error:${code}`,
    title: catalogue[code].title,
    status: catalogue[code].status,
    code,
  });
});

describe('what perception throws', () => {
  const answer = async (error: unknown) => {
    const perception = scriptedPerception(async () => {
      throw error;
    });
    return (await testApp({}, { perception })).inject(post(picture));
  };

  it.each<ErrorCode>(['invalid_image', 'unsupported_format', 'too_many_pixels'])('%s', async (code) => {
    const response = await answer(new BonafideError(code, 'What to do.'));
    expect(response.json()).toMatchObject({ code, detail: 'What to do.' });
    expect(response.statusCode).toBe(catalogue[code].status);
  });

  it.each<ErrorCode>(['busy', 'perception_lost', 'deadline_exceeded', 'shutting_down'])(
    '%s says when to come back',
    async (code) => {
      const response = await answer(new BonafideError(code));
      expect(response.statusCode).toBe(503);
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    },
  );

  it.each([new Error('secret path /etc/x'), 'a string', undefined, { statusCode: 'x' }])(
    'an unexpected error never shows its message',
    async (error) => {
      const response = await answer(error);
      expect(response.statusCode).toBe(500);
      expect(response.json().code).toBe('internal');
      expect(response.body).not.toContain('secret');
    },
  );
});

it.each([
  ['SQLSTATE 57P01', 0],
  [new Error('set TEMPLATE_KEY'), 1],
])('logs a database of no use where an error is the cause, and not an outage: %s', async (cause, times) => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line) => lines.push(line) });
  const perception = scriptedPerception(async () => {
    throw new BonafideError('store_unavailable', undefined, { cause });
  });
  const app = await testApp({}, { perception, logger });
  const response = await app.inject(post(picture));
  expect(response.statusCode).toBe(503);
  expect(response.body).not.toContain('TEMPLATE_KEY');
  expect(lines.filter((line) => line.includes('unexpected error'))).toHaveLength(times);
});

it('no face and several faces', async () => {
  for (const [code, faces] of [
    ['no_face', []],
    ['several_faces', [faceFacts(), faceFacts()]],
  ] as const) {
    const app = await testApp({}, { perception: scriptedPerception(async () => frameFacts(...faces)) });
    const response = await app.inject(post(picture));
    expect([response.statusCode, response.json().code]).toEqual([422, code]);
  }
});

it('names the methods an address answers to, and the request in the log', async () => {
  const app = await testApp();
  const response = await app.inject({
    method: 'DELETE',
    url: '/health',
    headers: { 'x-request-id': 'abc-1' },
  });
  expect(response.headers.allow).toBe('GET, HEAD');
  expect(response.json().instance).toBe('urn:bonafide:request:abc-1');
});

it('says the title in the language that is asked for; nothing else changes', async () => {
  const app = await testApp();
  const ask = (language?: string) =>
    app.inject({ url: '/nowhere', headers: language ? { 'accept-language': language } : {} });
  const english = await ask();
  const indonesian = await ask('id-ID,id;q=0.9,en;q=0.8');
  expect(english.headers).toMatchObject({ 'content-language': 'en', vary: 'accept-language' });
  expect(indonesian.headers).toMatchObject({ 'content-language': 'id', vary: 'accept-language' });
  expect(indonesian.json()).toEqual({
    ...english.json(),
    title: 'Tidak ada apa pun di alamat ini.',
    instance: indonesian.json().instance,
  });
});

describe('on the socket', () => {
  /** Sends raw bytes and returns all that comes back. */
  async function exchange(text: string): Promise<string> {
    const { hostname, port } = new URL(await listeningApp());
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const chunks = await socket.toArray();
    return Buffer.concat(chunks).toString();
  }

  it('broken HTTP is a 400', async () => {
    const answer = await exchange('nonsense\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"bad_http"');
  });

  it('broken HTTP ends the connection, even of a client that never hangs up', async () => {
    const app = await testApp();
    const { hostname, port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const connections = () => promisify(app.server.getConnections.bind(app.server))();
    await expect.poll(connections).toBe(1);
    socket.write('nonsense\r\n\r\n');
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);
  });

  it('headers that are too large are a 431', async () => {
    const answer = await exchange(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(100_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
  });

  it('a body over the limit is refused before it is sent', async () => {
    const head =
      'POST /liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const answer = await exchange(`${head}Content-Length: 999999999\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each([
    ['POST /nowhere', 404],
    ['PUT /liveness', 405],
  ])('%s is answered before its body is there', async (target, status) => {
    const head =
      'Host: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n';
    const answer = await exchange(`${target} HTTP/1.1\r\n${head}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^x-request-id: /im);
  });

  it('a body without a length is cut off at the limit', async () => {
    const { hostname, port } = new URL(await listeningApp({ MAX_IMAGE_BYTES: '1000' }));
    const head =
      'POST /liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`),
    );
    const [answer] = await socket.take(1).toArray();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
  });
});
