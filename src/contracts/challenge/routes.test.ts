import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { describe, expect, it, onTestFinished } from 'vitest';
import type WebSocket from 'ws';
import { listeningApp, scriptedPerception, testApp } from '../../../test/support/app.ts';
import { type ClientSettings, connect } from '../../../test/support/challenge-client.ts';
import { faceFacts, frameFacts } from '../../../test/support/facts.ts';
import type { FrameFacts } from '../../decisions/facts.ts';
import { BonafideError } from '../../errors.ts';
import { type ServerMessage, serverMessage } from './schemas.ts';

// The wire, with scripted perception; what the models see of real sessions is tested in test/challenge.test.ts.

const picture = Buffer.from('a picture');
const frame = JSON.stringify({ frame: picture.toString('base64') });

/** What a client of a socket has seen so far; ends with the test. */
function listen(socket: WebSocket) {
  const messages: ServerMessage[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    expect(Value.Errors(serverMessage, message)).toEqual([]);
    // As seed 001 prints them: no verdict before the first frame, then none until the last message.
    expect(message.live).toBe(message.type === 'start' ? undefined : false);
    messages.push(message);
  });
  const closed = once(socket, 'close').then(([code]) => Number(code));
  onTestFinished(() => socket.terminate());
  return { socket, messages, closed, last: () => messages.at(-1) };
}

async function open(url: string, settings?: ClientSettings) {
  const client = listen(connect(url, settings));
  await expect.poll(() => client.messages.length).toBe(1);
  return client;
}

/** The answer to an upgrade that is refused. */
async function refusal(url: string, settings?: ClientSettings) {
  const socket = connect(url, settings);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, code: JSON.parse(body).code, headers: response.headers };
}

/** Perception whose answers the test gives, one at a time. */
function patientPerception() {
  const jobs: {
    resolve: (facts: FrameFacts) => void;
    reject: (error: Error) => void;
    signal?: AbortSignal;
  }[] = [];
  const perception = scriptedPerception(
    (signal) =>
      new Promise((resolve, reject) => {
        jobs.push({ resolve, reject, ...(signal && { signal }) });
      }),
    { processes: 1 },
  );
  return { perception, jobs };
}

const twoProcesses = () => ({ queued: 0, running: 0, processes: 2, full: false });

/** The lines about sessions in the app's metrics. */
async function sessionMetrics(app: FastifyInstance): Promise<string[]> {
  const { body } = await app.inject('/metrics');
  return body.split('\n').filter((line) => line.startsWith('liveness_challenge_'));
}

const hasLeft = 'liveness_challenge_sessions_total{outcome="left",reason=""} 1';

describe('opening', () => {
  it('greets in the words of the seed', async () => {
    const { messages } = await open(await listeningApp({ REQUIRED_SUCCESSES: '4' }));
    expect(messages).toEqual([
      { type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 4 },
    ]);
  });

  it('is refused without an API key, and takes it as a header or, from browsers, as a subprotocol', async () => {
    const key = 'a key/with+signs=';
    const url = await listeningApp({ API_KEY: key });
    expect(await refusal(url)).toMatchObject({ status: 401, code: 'unauthorised' });
    expect(await refusal(url, { headers: { 'x-api-key': 'wrong' } })).toMatchObject({ status: 401 });
    const wrong = Buffer.from('wrong').toString('base64url');
    expect(await refusal(url, { protocols: ['bonafide', `bonafide.key.${wrong}`] })).toMatchObject({
      status: 401,
    });
    await open(url, { headers: { 'x-api-key': key } });
    const shown = `bonafide.key.${Buffer.from(key).toString('base64url')}`;
    const { socket } = await open(url, { protocols: ['bonafide', shown] });
    expect(socket.protocol).toBe('bonafide');
  });

  it.each([
    ['its own page', (url: string) => url, {}],
    [
      'a page at its public address',
      () => 'https://liveness.example',
      { PUBLIC_URL: 'https://liveness.example/x' },
    ],
    ['a page that is allowed', () => 'https://shop.example', { ALLOWED_ORIGINS: 'https://shop.example' }],
    ['any page, if any is allowed', () => 'null', { ALLOWED_ORIGINS: '*' }],
  ])('is granted to %s', async (_, origin, settings) => {
    const url = await listeningApp(settings);
    await open(url, { origin: origin(url) });
  });

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])(
    'is refused to pages of %s',
    async (origin) => {
      const url = await listeningApp({ ALLOWED_ORIGINS: 'https://shop.example' });
      expect(await refusal(url, { origin })).toMatchObject({ status: 403, code: 'forbidden_origin' });
    },
  );

  it('is refused past MAX_SESSIONS, and granted again when somebody has left', async () => {
    const url = await listeningApp({ MAX_SESSIONS: '2' });
    const clients = [await open(url), await open(url)];
    expect(await refusal(url)).toMatchObject({ status: 503, code: 'too_many_sessions' });
    // What a page reads, which is not shown the answer to its handshake.
    const answer = await fetch(`${url}/ws`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    clients[0]!.socket.terminate();
    await clients[0]!.closed;
    await expect.poll(() => open(url).then(() => true)).toBe(true);
  });

  it('is for WebSockets only', async () => {
    const response = await fetch(`${await listeningApp()}/ws`);
    expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
    expect(await response.json()).toMatchObject({ code: 'upgrade_required' });
  });

  it('at another address finds nothing there', async () => {
    const socket = connect(`${await listeningApp()}/nowhere`);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(404);
  });
});

describe('frames', () => {
  it('are answered whether they come as base64, data URL or bytes, with unknown fields or without', async () => {
    const client = await open(await listeningApp());
    const base64 = picture.toString('base64');
    for (const message of [
      frame,
      JSON.stringify({ frame: `data:image/jpeg;base64,${base64}`, time: 12 }),
      picture,
    ]) {
      const before = client.messages.length;
      client.socket.send(message);
      await expect.poll(() => client.messages.length).toBe(before + 1);
      expect(client.last()).toMatchObject({ type: 'waiting', state: 'WAITING_CENTER' });
      expect(client.last()).not.toHaveProperty('error');
    }
  });

  it('that are late are dropped, oldest first: the frame under way and the newest one are looked at', async () => {
    const { perception, jobs } = patientPerception();
    const app = await testApp({}, { perception });
    const client = await open(await app.listen({ host: '127.0.0.1', port: 0 }));
    for (let sent = 0; sent < 5; sent++) client.socket.send(frame);
    await expect
      .poll(() => sessionMetrics(app))
      .toContain('liveness_challenge_frames_total{fate="dropped"} 3');
    expect(jobs).toHaveLength(1);
    jobs[0]!.resolve(frameFacts(faceFacts()));
    await expect.poll(() => jobs.length).toBe(2);
    jobs[1]!.resolve(frameFacts(faceFacts()));
    await expect.poll(() => client.messages.length).toBe(3);
    expect(jobs).toHaveLength(2);
    const metrics = await sessionMetrics(app);
    expect(metrics).toContain('liveness_challenge_frames_total{fate="taken"} 2');
    expect(metrics).toContain('liveness_challenge_sessions_open 1');
    expect(metrics).toContain('liveness_challenge_frame_wait_seconds_count 2');
  });

  it.each<[string, string | Buffer, string]>([
    ['no JSON', '{"frame":', 'invalid_json'],
    ['no object', '[]', 'invalid_request'],
    ['no frame', '{"image":"aGk="}', 'invalid_request'],
    ['a number for a frame', '{"frame":1}', 'invalid_request'],
    ['no base64', '{"frame":"%%%"}', 'invalid_base64'],
    ['too large a picture', Buffer.alloc(1_100), 'payload_too_large'],
  ])('that are %s are answered, and the session goes on', async (_, message, code) => {
    const client = await open(await listeningApp({ MAX_FRAME_BYTES: '1000' }), {
      headers: { 'accept-language': 'en' },
    });
    client.socket.send(message);
    await expect
      .poll(client.last)
      .toMatchObject({ type: 'waiting', error: code, message: expect.any(String) });
    client.socket.send(frame);
    await expect.poll(client.last).toMatchObject({ type: 'waiting', success: 0 });
    await expect.poll(client.last).not.toHaveProperty('error');
  });

  it('of all sessions wait within MAX_PENDING_BYTES: what does not fit is dropped and answered', async () => {
    const { perception, jobs } = patientPerception();
    const limits = { MAX_PENDING_BYTES: '1000', MAX_FRAME_BYTES: '10000' };
    const app = await testApp(limits, { perception });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const [greedy, modest] = [await open(url), await open(url)];
    greedy.socket.send(Buffer.alloc(900));
    await expect.poll(() => jobs.length).toBe(1);
    // Larger than what is left: not even unpacked while it waits, and not forgotten either.
    modest.socket.send(Buffer.alloc(101));
    await expect
      .poll(() => sessionMetrics(app))
      .toContain('liveness_challenge_frames_total{fate="dropped"} 1');
    jobs[0]!.resolve(frameFacts(faceFacts()));
    await expect.poll(modest.last).toMatchObject({ type: 'waiting', error: 'busy' });
    expect(jobs).toHaveLength(1);
    // What was analysed is given back; so is what is dropped, or left behind.
    for (const [at, size] of [700, 200, 100].entries()) {
      greedy.socket.send(Buffer.alloc(size));
      if (at === 0) await expect.poll(() => jobs.length).toBe(2);
    }
    await expect
      .poll(() => sessionMetrics(app))
      .toContain('liveness_challenge_frames_total{fate="dropped"} 2');
    greedy.socket.terminate();
    jobs[1]!.reject(new BonafideError('cancelled'));
    await expect.poll(() => sessionMetrics(app)).toContain(hasLeft);
    modest.socket.send(Buffer.alloc(1_000));
    await expect.poll(() => jobs.length).toBe(3);
  });

  it('and bodies of requests are in one budget', async () => {
    const { perception, jobs } = patientPerception();
    const url = await listeningApp({ MAX_PENDING_BYTES: '1000' }, { perception });
    const client = await open(url);
    client.socket.send(Buffer.alloc(1_000));
    await expect.poll(() => jobs.length).toBe(1);
    const response = await fetch(`${url}/liveness`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(503);
  });

  it('that do not fit are answered no faster than a client may send', async () => {
    const { perception, jobs } = patientPerception();
    const settings = { MAX_PENDING_BYTES: '1000', MAX_FRAME_RATE: '20' };
    const url = await listeningApp(settings, { perception: { ...perception, load: twoProcesses } });
    const [greedy, modest] = [await open(url), await open(url)];
    greedy.socket.send(Buffer.alloc(1_000));
    await expect.poll(() => jobs.length).toBe(1);
    modest.socket.on('message', () => modest.socket.send(frame));
    modest.socket.send(frame);
    await pause(2_000);
    expect(modest.messages.length).toBeGreaterThan(5);
    expect(modest.last()).toMatchObject({ type: 'waiting', error: 'busy' });
  });

  it('that are garbage again and again end the session', async () => {
    const perception = scriptedPerception(() => Promise.reject(new BonafideError('invalid_image')));
    const client = await open(await listeningApp({}, { perception }));
    for (let sent = 0; sent < 5; sent++) {
      const before = client.messages.length;
      client.socket.send(frame);
      await expect.poll(() => client.messages.length).toBe(before + 1);
    }
    expect(client.last()).toMatchObject({ type: 'failed', reason: 'invalid_frame' });
    expect(await client.closed).toBe(1000);
  });

  it('that come too fast end the session', async () => {
    const client = await open(await listeningApp({ MAX_FRAME_RATE: '5' }));
    for (let sent = 0; sent < 8; sent++) client.socket.send(frame);
    expect(await client.closed).toBe(1008);
    expect(client.last()).toMatchObject({ type: 'failed', reason: 'too_many_frames' });
  });

  it('that are sent one for each answer never come too fast', async () => {
    const client = await open(await listeningApp({ MAX_FRAME_RATE: '20' }));
    client.socket.on('message', () => client.socket.send(frame));
    client.socket.send(frame);
    await pause(2_000);
    expect(client.messages.length).toBeGreaterThan(25);
    expect(client.last()).not.toMatchObject({ reason: 'too_many_frames' });
  });

  it('larger than any message may be end the connection', async () => {
    const client = await open(await listeningApp({ MAX_FRAME_BYTES: '1000' }));
    client.socket.send(Buffer.alloc(100_000));
    expect(await client.closed).toBe(1009);
  });

  it('that perception cannot take are not the client’s fault, and are answered', async () => {
    const { perception, jobs } = patientPerception();
    const client = await open(await listeningApp({}, { perception }));
    for (const [at, code] of (
      ['busy', 'perception_lost', 'deadline_exceeded', 'busy', 'busy', 'busy'] as const
    ).entries()) {
      client.socket.send(frame);
      await expect.poll(() => jobs.length).toBe(at + 1);
      jobs[at]!.reject(new BonafideError(code));
      await expect.poll(() => client.messages.length).toBe(at + 2);
      expect(client.last()).toMatchObject({ type: 'waiting', error: code });
    }
  });

  it('that break the server end the session, with the error in the log alone', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const perception = scriptedPerception(() => Promise.reject(new Error('a secret')));
    const client = await open(await listeningApp({}, { perception, logger }));
    client.socket.send(frame);
    expect(await client.closed).toBe(1011);
    expect(client.last()).toMatchObject({ type: 'failed', reason: 'internal_error' });
    expect(JSON.stringify(client.messages)).not.toContain('secret');
    expect(lines.join('')).toContain('a secret');
  });
});

describe('time-outs fire without frames', () => {
  it('of the session', async () => {
    const client = await open(await listeningApp({ SESSION_TIMEOUT: '1' }));
    expect(await client.closed).toBe(1000);
    expect(client.last()).toMatchObject({ type: 'failed', reason: 'session_timeout' });
  });

  it('of a silent client', async () => {
    const client = await open(await listeningApp({ IDLE_TIMEOUT: '1' }));
    expect(await client.closed).toBe(1000);
    expect(client.last()).toMatchObject({ type: 'failed', reason: 'idle_timeout' });
  });

  it('but a frame that came in time is waited for', async () => {
    const { perception, jobs } = patientPerception();
    const client = await open(
      await listeningApp({ IDLE_TIMEOUT: '1', SESSION_TIMEOUT: '1' }, { perception }),
    );
    client.socket.send(frame);
    await pause(1_900);
    expect(client.messages).toHaveLength(1);
    jobs[0]!.resolve(frameFacts(faceFacts()));
    await client.closed;
    expect(client.messages.map(({ type }) => type)).toEqual(['start', 'waiting', 'failed']);
  });
});

describe('words', () => {
  it.each([
    [undefined, 'Vaqt tugadi.'],
    ['en-GB', 'Time is up.'],
    ['id', 'Waktu habis.'],
    ['pt-BR', 'O tempo'],
  ])('for Accept-Language %s: %s', async (language, words) => {
    const headers = language === undefined ? {} : { 'accept-language': language };
    const client = await open(await listeningApp({ SESSION_TIMEOUT: '1' }), { headers });
    await client.closed;
    expect(client.last()!.message).toContain(words);
  });
});

describe('leaving', () => {
  it('cancels the work and gives everything back', async () => {
    const { perception, jobs } = patientPerception();
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const app = await testApp({}, { perception, logger });
    const client = await open(await app.listen({ host: '127.0.0.1', port: 0 }));
    client.socket.send(frame);
    await expect.poll(() => jobs.length).toBe(1);
    client.socket.terminate();
    await expect.poll(() => jobs[0]!.signal?.aborted).toBe(true);
    expect(await sessionMetrics(app)).toEqual(
      expect.arrayContaining(['liveness_challenge_sessions_open 0', hasLeft]),
    );
    const session = lines.find(({ msg }) => msg === 'challenge session');
    expect(session).toMatchObject({ outcome: 'left', frames: { taken: 1, dropped: 0, refused: 0 } });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'request', route: '/ws', status: 101 }));
  });

  it('without a word is noticed: who answers no ping and sends nothing is cut off', async () => {
    const app = await testApp({ IDLE_TIMEOUT: '2' }, { perception: patientPerception().perception });
    const client = await open(await app.listen({ host: '127.0.0.1', port: 0 }), { autoPong: false });
    // The session itself does not end: a client that waits for an answer is not silent.
    client.socket.send(frame);
    expect(await client.closed).toBe(1006);
    await expect.poll(() => sessionMetrics(app)).toContain(hasLeft);
  });

  it('is not to answer no ping while frames come: on a slow uplink pongs queue up behind them', async () => {
    const client = await open(await listeningApp({ IDLE_TIMEOUT: '1' }), { autoPong: false });
    const camera = setInterval(() => client.socket.send(frame), 100);
    onTestFinished(() => clearInterval(camera));
    await pause(2_500);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(client.messages.length).toBeGreaterThan(10);
  });

  it('is what slow readers are made to do', async () => {
    const app = await testApp({ MAX_FRAME_RATE: '1000', IDLE_TIMEOUT: '600', SESSION_TIMEOUT: '600' });
    const connection = { socket: { bytesRead: 0 } };
    const socket: WebSocket = await app.injectWS('/ws', connection as never);
    onTestFinished(() => socket.terminate());
    socket.pause();
    const camera = setInterval(() => socket.send(picture), 2);
    onTestFinished(() => clearInterval(camera));
    await expect.poll(() => sessionMetrics(app), { timeout: 40_000, interval: 200 }).toContain(hasLeft);
  });
});

it('tells open sessions when the server stops, and stops', async () => {
  const app = await testApp();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const [client, deaf] = [await open(url), await open(url)];
  deaf.socket.pause();
  const stopped = app.close();
  expect(await client.closed).toBe(1001);
  expect(client.last()).toMatchObject({ type: 'failed', reason: 'shutting_down' });
  await stopped;
});
