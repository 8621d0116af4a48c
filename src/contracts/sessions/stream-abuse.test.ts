import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listeningApp, scriptedPerception } from '../../../test/support/app.ts';
import { embeddingFacts, faceFacts, frameFacts } from '../../../test/support/facts.ts';
import {
  frameOf,
  makeSession,
  openStream,
  readSession,
  type Stream,
} from '../../../test/support/session-client.ts';
import { memoryStores, sharedStores } from '../../../test/support/stores.ts';
import { begin, watch } from '../../../test/support/stream-wire.ts';
import { measured } from '../../decisions/facts.ts';
import type { OpenedSession } from './schemas.ts';

// Clients that do what no honest one does, at a server that listens.

const picture = Buffer.from('a picture');

/** A token of nobody, for a session of nobody. */
function madeUp(): Pick<OpenedSession, 'id' | 'stream' | 'client_token'> {
  const id = randomBytes(16).toString('hex');
  const token = `${id}.${randomBytes(32).toString('base64url')}`;
  return { id, stream: `/v2/sessions/${id}/stream`, client_token: token };
}

function open(url: string, session: Pick<OpenedSession, 'stream' | 'client_token'>, options = {}): Stream {
  return watch(openStream(url, session, options));
}

/** Sends a handshake and what comes right behind it in one piece, by hand. */
function handshake(url: string, { stream, client_token: token }: ReturnType<typeof madeUp>, behind: Buffer) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const lines = [
    `GET ${stream} HTTP/1.1`,
    `Host: ${hostname}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: bonafide, bonafide.token.${token}`,
  ];
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), behind]));
  return socket;
}

/** No opcode is 15, and nothing that a client sends goes unmasked (RFC 6455, sections 5.2 and 5.3). */
const garbage = Buffer.from([0xff, 0x7f, 1, 2, 3, 4, 5, 6, 7, 8]);

describe('tokens that are made up', () => {
  it('take nobody’s place, however many they are', async () => {
    const url = await listeningApp({ MAX_SESSIONS: '1' });
    const streams = Array.from({ length: 100 }, () => open(url, madeUp()));
    const session = await makeSession(url);
    const honest = open(url, session);
    for (const { closed } of streams) expect(await closed).toEqual([4401, 'session_unknown']);
    await expect.poll(honest.last).toMatchObject({ type: 'start' });
    expect(await honest.show(picture)).toMatchObject({ frame: 1, type: 'waiting' });
  });

  it('are not looked up where they can be none of this session', async () => {
    const stores = await sharedStores();
    let asked = 0;
    const findByToken: typeof stores.sessions.findByToken = (...question) => {
      asked++;
      return stores.sessions.findByToken(...question);
    };
    const url = await listeningApp(
      {},
      { stores: { ...stores, sessions: { ...stores.sessions, findByToken } } },
    );
    const [one, another] = [await makeSession(url), madeUp()];
    for (const session of [
      { ...one, client_token: another.client_token },
      { ...one, client_token: one.id },
      { ...one, client_token: `${one.id}.` },
      { ...another, stream: '/v2/sessions/%00/stream' },
      { ...one, stream: `/v2/sessions/${one.id.toUpperCase()}x/stream` },
    ])
      expect(await open(url, session).closed).toEqual([4401, 'session_unknown']);
    expect(asked).toBe(0);
    expect(await open(url, madeUp()).closed).toEqual([4401, 'session_unknown']);
    expect(asked).toBe(1);
  });

  it('are cut off a second after their refusal, whatever their client does then', async () => {
    const url = await listeningApp();
    const socket = handshake(url, madeUp(), Buffer.alloc(0));
    await once(socket, 'data');
    // It answers the close with what is no close at all.
    const chatter = setInterval(() => socket.writable && socket.write(randomBytes(50_000)), 50);
    await once(socket, 'close');
    clearInterval(chatter);
    expect(await makeSession(url)).toHaveProperty('id');
  });
});

describe('what comes before the server has said a word', () => {
  it('is refused with the token where that is wrong', async () => {
    const url = await listeningApp();
    await once(handshake(url, madeUp(), garbage).resume(), 'close');
    expect(await makeSession(url)).toHaveProperty('id');
  });

  it('ends the session where it is garbage and the token right', async () => {
    const url = await listeningApp();
    const session = await makeSession(url);
    await once(handshake(url, session, garbage).resume(), 'close');
    await expect
      .poll(() => readSession(url, session.id))
      .toMatchObject({ status: 'failed', reason: 'invalid_frame' });
  });
});

describe('a client', () => {
  it('that sends a byte now and then, and never a frame, is silent', async () => {
    const url = await listeningApp({ IDLE_TIMEOUT: '1' });
    const session = await makeSession(url, { reconnect: false });
    // The head of a masked message of 1,000 bytes.
    const socket = handshake(url, session, Buffer.from([0x82, 0xfe, 0x03, 0xe8, 0, 0, 0, 0]));
    const drip = setInterval(() => socket.writable && socket.write('x'), 100);
    await once(socket.resume(), 'close');
    clearInterval(drip);
    expect(await readSession(url, session.id)).toMatchObject({ status: 'failed', reason: 'idle_timeout' });
  });

  it('that is gone before the database has answered leaves no session behind that runs', async () => {
    const stores = await sharedStores();
    const findByToken: typeof stores.sessions.findByToken = async (...question) => {
      await pause(500);
      return stores.sessions.findByToken(...question);
    };
    const url = await listeningApp(
      {},
      { stores: { ...stores, sessions: { ...stores.sessions, findByToken } } },
    );
    const session = await makeSession(url, { reconnect: false });
    const socket = handshake(url, session, Buffer.alloc(0));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await expect
      .poll(() => readSession(url, session.id), { timeout: 8_000 })
      .toMatchObject({ status: 'failed', reason: 'connection_lost' });
  });

  it('gains no time by what it says of time', async () => {
    let clock = 0;
    const face = faceFacts({ embedding: measured(embeddingFacts([1, 0])) });
    const perception = scriptedPerception(async () => frameFacts(face));
    const url = await listeningApp({}, { perception, now: () => clock });
    const stream = await begin(url);
    const show = async (taken: number) => {
      stream.socket.send(frameOf(picture, taken));
      const heard = stream.messages.length;
      await expect.poll(() => stream.messages.length).toBe(heard + 1);
      return stream.last()!.type;
    };
    // 400 ms at rest are asked for: they are said to be over, and are not.
    for (let frame = 1; frame <= 8; frame++) {
      clock += 40;
      expect(await show(frame * 500)).toBe('waiting');
    }
    // They are over, whatever is said of them.
    for (let frame = 1; frame <= 8; frame++) {
      clock += 400;
      await show(4_000 + frame);
    }
    expect(stream.messages.map(({ type }) => type)).toContain('challenge');
  });
});

describe('pages', () => {
  it.each([
    ['any, unless some are named', {}, 'https://phishing.example', true],
    ['one that is named', { STREAM_ORIGINS: 'https://shop.example' }, 'https://shop.example', true],
    ['another one', { STREAM_ORIGINS: 'https://shop.example' }, 'https://phishing.example', false],
    ['one without an origin of its own', { STREAM_ORIGINS: 'https://shop.example' }, 'null', false],
    ['a program', { STREAM_ORIGINS: 'https://shop.example' }, undefined, true],
    [
      'that of the server',
      { STREAM_ORIGINS: 'https://shop.example', PUBLIC_URL: 'https://liveness.example/x' },
      'https://liveness.example',
      true,
    ],
  ])('may open a stream: %s', async (_, settings, origin, may) => {
    const url = await listeningApp(settings);
    const session = await makeSession(url, { language: 'en' });
    const stream = open(url, session, origin === undefined ? {} : { origin });
    await expect.poll(() => stream.messages.length).toBe(1);
    if (may) expect(stream.last()).toMatchObject({ type: 'start' });
    else {
      expect(stream.last()).toMatchObject({ type: 'failed', reason: 'forbidden_origin' });
      expect(await stream.closed).toEqual([4403, 'forbidden_origin']);
      // The token is as good as before.
      expect(await readSession(url, session.id)).toMatchObject({ status: 'created' });
    }
  });
});

it('no token and no key is ever logged, whatever happens to them', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const stores = await memoryStores();
  onTestFinished(() => stores.close());
  const key = randomBytes(24).toString('hex');
  const url = await listeningApp({ API_KEY: key, SESSION_TIMEOUT: '2' }, { logger, stores });
  const headers = { 'x-api-key': key };
  const make = () => makeSession(url, { reconnect: false }, headers);
  const [held, broken, refused] = [await make(), await make(), madeUp()];
  const stream = open(url, held);
  await expect.poll(() => stream.messages.length).toBe(1);
  await stream.show(picture);
  await open(url, held).closed;
  await once(handshake(url, broken, garbage).resume(), 'close');
  await open(url, refused).closed;
  await fetch(`${url}${held.stream}`, { headers: { authorization: `Bearer ${held.client_token}` } });
  await stream.closed;
  const log = lines.join('');
  expect(log).toContain('session_timeout');
  for (const { client_token: token } of [held, broken, refused])
    expect(log).not.toContain(token.split('.')[1]);
  expect(log).not.toContain(key);
});
