import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import {
  holdSession,
  type Message,
  type Participant,
  runChallenge,
} from '../../docs/clients/react-native/liveness.ts';
import { BonafideError } from '../../src/errors.ts';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp, scriptedPerception } from '../support/app.ts';
import { openFront } from '../support/front.ts';
import { createObedientUser } from '../support/obedient-user.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { createPuppetUser } from '../support/puppet-user.ts';
import { makeSession, openStream, readSession } from '../support/session-client.ts';

// The client of docs/clients/react-native.md: what needs no phone runs here, against real servers.

/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120', RECONNECT_SECONDS: '30' };

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  ({ pool, someone } = await createPuppetUser());
});
afterAll(() => pool?.close());

// Node 20 has no WebSocket of its own; that of `ws` has the same interface as React Native's.
beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket);
});

/** An app whose user does as told, and what it has heard. */
function openApp(changes: Partial<Participant> = {}) {
  const user = createObedientUser(someone);
  const messages: Message[] = [];
  const participant: Participant = {
    takePicture: async () => user.picture().toString('base64'),
    onMessage(message) {
      messages.push(message);
      user.hear(message.instruction);
    },
    signal: new AbortController().signal,
    // A busy machine takes its time, and so may a test's server.
    limits: { answer: 30_000, reconnect: 30_000 },
    ...changes,
  };
  return { participant, messages };
}

/** An app whose pictures nobody looks at. */
const openIdleApp = (changes: Partial<Participant> = {}) =>
  openApp({ takePicture: async () => Buffer.from('a picture').toString('base64'), ...changes });

it('has the types that it says it has', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const check = ['node_modules/typescript/bin/tsc', '-p', 'docs/clients/react-native/check'];
  const told = await promisify(execFile)(process.execPath, check, { cwd: root }).catch((error) => error);
  expect(told.stdout).toBe('');
});

describe('a native session', () => {
  it('is passed by who does as told, one frame at a time', async () => {
    const url = await listeningApp(patience, { perception: pool });
    const { id, client_token: token } = await makeSession(url, { language: 'en' });
    const { participant, messages } = openApp();
    const last = await holdSession(url, token, participant);
    expect(last).toMatchObject({ type: 'complete', instruction: 'VERIFIED', success: 3 });
    expect(messages.map(({ error }) => error).filter(Boolean)).toEqual([]);
    const frames = messages.flatMap(({ frame }) => frame ?? []);
    expect(frames).toEqual(frames.map((_, at) => at + 1));
    expect(await readSession(url, id)).toMatchObject({ status: 'passed', frames: frames.length });
  });

  it('goes on after its connection was lost', async () => {
    const front = await openFront(await listeningApp(patience, { perception: pool }), () => false);
    const { id, client_token: token } = await makeSession(front.url);
    let isCut = false;
    const { participant, messages } = openApp();
    const last = await holdSession(front.url, token, {
      ...participant,
      onMessage(message) {
        participant.onMessage(message);
        if (message.type === 'challenge' && !isCut) {
          isCut = true;
          front.cut();
        }
      },
    });
    expect(last.type).toBe('complete');
    expect(messages.filter(({ type }) => type === 'start')).toHaveLength(2);
    expect(await readSession(front.url, id)).toMatchObject({ status: 'passed' });
  });

  it('ends as lost when its server does not come back', async () => {
    const front = await openFront(await listeningApp(), () => false);
    const { client_token: token } = await makeSession(front.url);
    const { participant } = openIdleApp({
      onMessage: () => front.turnTo(null),
      limits: { reconnect: 1_000 },
    });
    await expect(holdSession(front.url, token, participant)).rejects.toMatchObject({
      code: 'connection_lost',
    });
  });

  it('ends as lost when it may not be opened again', async () => {
    const front = await openFront(await listeningApp(), () => false);
    const { id, client_token: token } = await makeSession(front.url, { reconnect: false });
    const { participant } = openIdleApp({ onMessage: () => front.cut() });
    await expect(holdSession(front.url, token, participant)).rejects.toMatchObject({
      code: 'connection_lost',
    });
    expect(await readSession(front.url, id)).toMatchObject({ status: 'failed', reason: 'connection_lost' });
  });

  it('waits for a place on a server that is full, and not for ever', async () => {
    const url = await listeningApp({ ...patience, MAX_SESSIONS: '1' });
    const [first, second] = [await makeSession(url), await makeSession(url, { directions: 1 })];
    const before = openStream(url, first);
    await expect.poll(() => before.messages.length).toBe(1);
    const impatient = openIdleApp({ limits: { busy: 0 } });
    await expect(holdSession(url, second.client_token, impatient.participant)).rejects.toMatchObject({
      code: 'server_busy',
    });
    const giveUp = new AbortController();
    const waits: string[] = [];
    const { participant, messages } = openIdleApp({
      signal: giveUp.signal,
      onWait: (why) => waits.push(why),
    });
    const held = holdSession(url, second.client_token, participant);
    const caught = expect(held).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => waits[0], { timeout: 20_000 }).toBe('server_busy');
    expect(await readSession(url, second.id)).toMatchObject({ status: 'created' });
    // A session whose client has left keeps its place until it is deleted.
    await fetch(`${url}/v2/sessions/${first.id}`, { method: 'DELETE' });
    await expect.poll(() => messages[0]?.type, { timeout: 20_000 }).toBe('start');
    giveUp.abort();
    await caught;
  });

  it('leaves a busy server the time it asks for', async () => {
    const perception = scriptedPerception(() => Promise.reject(new BonafideError('busy')));
    const url = await listeningApp({}, { perception });
    const { client_token: token } = await makeSession(url);
    const giveUp = new AbortController();
    const shots: number[] = [];
    const { participant, messages } = openIdleApp({
      signal: giveUp.signal,
      takePicture: async () => {
        shots.push(performance.now());
        return 'AAAA';
      },
    });
    const held = expect(holdSession(url, token, participant)).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => shots.length, { timeout: 20_000 }).toBe(3);
    giveUp.abort();
    await held;
    const answers = messages.filter(({ error }) => error === 'busy');
    const asked = answers.map(({ retry_after_ms: wait }) => wait!);
    expect(asked[0]).toBeGreaterThan(0);
    // A timer of Node may be a millisecond early.
    expect(shots[2]! - shots[0]!).toBeGreaterThanOrEqual(asked[0]! + asked[1]! - 2);
  });

  it('tells tokens that are wrong or used up', async () => {
    const url = await listeningApp();
    const { id, client_token: token } = await makeSession(url);
    const refused = expect.objectContaining({ code: 'token_refused' });
    const { participant } = openIdleApp();
    await expect(holdSession(url, `${id}.wrong`, participant)).rejects.toEqual(refused);
    await fetch(`${url}/v2/sessions/${id}`, { method: 'DELETE' });
    await expect(holdSession(url, token, participant)).rejects.toEqual(refused);
  });

  it('tells that it is open elsewhere', async () => {
    const url = await listeningApp();
    const session = await makeSession(url);
    const stream = openStream(url, session);
    await expect.poll(() => stream.messages.length).toBe(1);
    const { participant } = openIdleApp();
    await expect(holdSession(url, session.client_token, participant)).rejects.toMatchObject({
      code: 'session_in_use',
    });
    stream.socket.terminate();
  });

  it.each([
    ['fails', () => Promise.reject(new Error('The camera is gone.'))],
    ['gives nothing', () => new Promise<string>(() => {})],
  ])('ends when the camera %s', async (_, takePicture) => {
    const url = await listeningApp();
    const { client_token: token } = await makeSession(url);
    const { participant } = openApp({ takePicture, limits: { picture: 100 } });
    await expect(holdSession(url, token, participant)).rejects.toMatchObject({ code: 'camera_lost' });
  });

  it('hears that its time is up while the camera takes its time', async () => {
    const url = await listeningApp({ SESSION_TIMEOUT: '1' });
    const { client_token: token } = await makeSession(url);
    const takePicture = () => new Promise<string>((resolve) => setTimeout(resolve, 1_200, 'AAAA'));
    const { participant } = openApp({ takePicture });
    expect(await holdSession(url, token, participant)).toMatchObject({
      type: 'failed',
      reason: 'session_timeout',
    });
  });
});

describe('a challenge of /ws', () => {
  it('is passed by who does as told, with an API key', async () => {
    const url = await listeningApp({ ...patience, API_KEY: 'a key: ünïcode' }, { perception: pool });
    const { participant } = openApp();
    const last = await runChallenge(
      `${url.replace('http', 'ws')}/ws`,
      { key: 'a key: ünïcode' },
      participant,
    );
    expect(last).toMatchObject({ type: 'complete', live: true });
    await expect(
      runChallenge(`${url.replace('http', 'ws')}/ws`, { key: 'another' }, participant),
    ).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('speaks the language that it is asked for', async () => {
    const url = await listeningApp({ SESSION_TIMEOUT: '1' });
    const { participant } = openIdleApp();
    const last = await runChallenge(`${url.replace('http', 'ws')}/ws`, { language: 'en' }, participant);
    expect(last).toMatchObject({ reason: 'session_timeout', message: 'Time is up. Please start again.' });
  });

  it('ends when nothing is heard any more', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    await once(server, 'listening');
    const start = { type: 'start', state: 'WAITING_CENTER', instruction: 'CENTER', success: 0, total: 3 };
    server.once('connection', (socket) => socket.send(JSON.stringify(start)));
    const { port } = server.address() as { port: number };
    const { participant, messages } = openIdleApp({ limits: { connect: 300, answer: 300 } });
    const run = () => runChallenge(`ws://127.0.0.1:${port}`, {}, participant);
    await expect(run()).rejects.toMatchObject({ code: 'answer_timeout' });
    expect(messages).toEqual([start]);
    await expect(run()).rejects.toMatchObject({ code: 'unreachable' });
    for (const socket of server.clients) socket.terminate();
  });
});
