import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Perception } from '../../src/perception/engine.ts';
import { listeningApp } from '../support/app.ts';
import { openFront } from '../support/front.ts';
import { createObedientUser } from '../support/obedient-user.ts';
import type { PoseBank } from '../support/pose-bank.ts';
import { createPuppetUser } from '../support/puppet-user.ts';
import { makeSession, openStream, readSession } from '../support/session-client.ts';

// docs/clients/python.py as it stands, in Python, before real servers and real models. Its camera alone is none: it shows a
// puppet that does what the program prints.

/** A busy machine shall not fail those who do as told. */
const patience = { CHALLENGE_TIMEOUT: '30', SESSION_TIMEOUT: '120', RECONNECT_SECONDS: '30' };
const key = 'a key';

let pool: Perception;
let someone: PoseBank;
beforeAll(async () => {
  ({ pool, someone } = await createPuppetUser());
});
afterAll(() => pool?.close());

/** What stands at an address of its own; null: a camera that fails. */
async function openCamera(picture: () => Buffer | null): Promise<string> {
  const server = createServer((_, response) => {
    const shown = picture();
    response.statusCode = shown ? 200 : 503;
    response.end(shown);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const instructions = ['CENTER', 'LEFT', 'RIGHT', 'UP', 'DOWN'] as const;

/** Runs the program to its end. `camera` overrules the puppet; `onLine` hears each line that is printed. */
async function runClient(
  args: readonly string[],
  {
    camera,
    onLine,
  }: { readonly camera?: () => Buffer | null; readonly onLine?: (line: string) => void } = {},
) {
  const user = createObedientUser(someone);
  const folder = fileURLToPath(new URL('python', import.meta.url));
  const client = fileURLToPath(new URL('../../docs/clients/python.py', import.meta.url));
  const running = spawn('python3', [client, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: '1',
      CAMERA: await openCamera(camera ?? user.picture),
    },
  });
  const lines: string[] = [];
  createInterface(running.stdout).on('line', (line) => {
    lines.push(line);
    const told = instructions.find((instruction) => instruction === line);
    if (told) user.hear(told);
    onLine?.(line);
  });
  const [errors, [code]] = await Promise.all([text(running.stderr), once(running, 'close')]);
  return { lines, errors: errors.trim(), code };
}

describe('a native session', () => {
  it('is passed by who does as told, and its backend is told so', async () => {
    const url = await listeningApp({ ...patience, API_KEY: key }, { perception: pool });
    const { lines, errors, code } = await runClient([url, '--key', key]);
    expect(errors).toBe('');
    expect(lines.filter((line) => line === 'CENTER').length).toBeGreaterThan(2);
    expect(lines.slice(-2)).toEqual(['VERIFIED', 'passed ']);
    expect(code).toBe(0);
  });

  it('goes on after its connection was lost', async () => {
    const front = await openFront(await listeningApp(patience, { perception: pool }), () => false);
    const { id, client_token: token } = await makeSession(front.url);
    let cuts = 0;
    const { lines, errors, code } = await runClient([front.url, '--token', token], {
      onLine(line) {
        if (line !== 'CENTER' && cuts++ === 0) front.cut();
      },
    });
    expect([errors, code]).toEqual(['', 0]);
    expect(lines).toContain('The connection was lost: connecting again.');
    expect(await readSession(front.url, id)).toMatchObject({ status: 'passed' });
  });

  it('ends as lost when it may not be opened again', async () => {
    const front = await openFront(await listeningApp({}, { perception: pool }), () => false);
    const { client_token: token } = await makeSession(front.url, { reconnect: false });
    const { errors, code } = await runClient([front.url, '--token', token], { onLine: () => front.cut() });
    expect(errors).toBe('The connection was lost. Check it, and try again.');
    expect(code).toBe(2);
  });

  it('fails when nobody moves, and says why', async () => {
    const url = await listeningApp({ CHALLENGE_TIMEOUT: '3' }, { perception: pool });
    const { lines, errors, code } = await runClient([url], { camera: () => someone.centre[0]! });
    expect(lines.slice(-2)).toEqual(['That took too long. Please start again.', 'failed challenge_timeout']);
    expect([errors, code]).toEqual(['', 1]);
  });

  it('waits for a place on a server that is full', async () => {
    const url = await listeningApp({ ...patience, MAX_SESSIONS: '1' }, { perception: pool });
    const [first, second] = [await makeSession(url), await makeSession(url, { directions: 1 })];
    const before = openStream(url, first);
    await expect.poll(() => before.messages.length).toBe(1);
    const { lines, errors, code } = await runClient([url, '--token', second.client_token], {
      onLine(line) {
        if (line === 'The server is busy: waiting.')
          void fetch(`${url}/v2/sessions/${first.id}`, { method: 'DELETE' });
      },
    });
    expect([errors, code]).toEqual(['', 0]);
    expect(lines[0]).toBe('The server is busy: waiting.');
  });

  it.each<[string, string, (url: string, id: string) => readonly string[]]>([
    [
      'a token that is wrong',
      'The token has expired, or was used already. Try again with a new session.',
      (url, id) => [url, '--token', `${id}.wrong`],
    ],
    [
      'a key that is wrong',
      'The server refuses: the API key is missing, wrong, or not good for this.',
      (url) => [url, '--key', 'another'],
    ],
    [
      'a server that is not there',
      'The server cannot be reached. Check its address and the network, and try again.',
      (_, id) => ['http://127.0.0.1:9', '--token', `${id}.wrong`],
    ],
  ])('says a way out of %s', async (_, words, args) => {
    const url = await listeningApp({ API_KEY: key });
    const { id } = await makeSession(url, {}, { 'x-api-key': key });
    const { errors, code } = await runClient(args(url, id));
    expect([errors, code]).toEqual([words, 2]);
  });

  it('says a way out of a session that is open elsewhere', async () => {
    const url = await listeningApp();
    const session = await makeSession(url);
    const stream = openStream(url, session);
    await expect.poll(() => stream.messages.length).toBe(1);
    const { errors, code } = await runClient([url, '--token', session.client_token]);
    expect([errors, code]).toEqual(['The session is open elsewhere. Close it there, and try again.', 2]);
    stream.socket.terminate();
  });

  it('spends no session on a camera that is not there', async () => {
    const url = await listeningApp();
    const { id, client_token: token } = await makeSession(url);
    const { errors, code } = await runClient([url, '--token', token], { camera: () => null });
    expect(errors).toMatch(/^No camera can be opened\. Connect one, allow it/);
    expect(code).toBe(2);
    expect(await readSession(url, id)).toMatchObject({ status: 'created' });
  });

  it('ends when the camera is lost', async () => {
    const url = await listeningApp({}, { perception: pool });
    let pictures = 0;
    const { errors, code } = await runClient([url], {
      camera: () => (pictures++ < 30 ? someone.centre[0]! : null),
    });
    expect(errors).toBe('The camera stopped. Connect it again, close what else uses it, and try again.');
    expect(code).toBe(2);
  });
});

describe('a challenge of /ws', () => {
  const socketOf = (url: string) => `${url.replace('http', 'ws')}/ws`;

  it('is passed by who does as told, with an API key', async () => {
    const url = await listeningApp({ ...patience, API_KEY: key }, { perception: pool });
    const { lines, errors, code } = await runClient([socketOf(url), '--key', key]);
    expect([errors, code]).toEqual(['', 0]);
    expect(lines.at(-1)).toBe('VERIFIED');
    const refused = await runClient([socketOf(url)]);
    expect(refused.errors).toMatch(/^The server refuses: the API key/);
  });

  it('is refused by a server that is full', async () => {
    const url = await listeningApp({ ...patience, MAX_SESSIONS: '1' });
    const stream = openStream(url, await makeSession(url));
    await expect.poll(() => stream.messages.length).toBe(1);
    const { errors, code } = await runClient([socketOf(url)]);
    expect([errors, code]).toEqual(['The server is busy. Try again in a moment.', 2]);
    stream.socket.terminate();
  });

  it('speaks the language of the program', async () => {
    const url = await listeningApp({ SESSION_TIMEOUT: '1' });
    const { lines, code } = await runClient([socketOf(url)]);
    expect([lines.at(-1), code]).toEqual(['Time is up. Please start again.', 1]);
  });
});
