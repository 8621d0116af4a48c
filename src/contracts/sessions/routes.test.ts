import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiKey } from '../../../test/support/api-keys.ts';
import { listeningApp, testApp } from '../../../test/support/app.ts';
import { ask, makeSession, openStream, readSession } from '../../../test/support/session-client.ts';
import { memoryStores } from '../../../test/support/stores.ts';
import { testTemplate } from '../../../test/support/templates.ts';
import { catalogue, type ErrorCode } from '../../errors.ts';
import { hashOfToken } from '../../services/liveness-sessions.ts';
import type { Stores } from '../../stores/ports.ts';
import { openedSession, sessionResult } from './schemas.ts';

// What a backend asks, over the wire; streams are tested in stream.test.ts.

let stores: Stores;
/** With keys, so that servers of it are closed. */
let keyed: Stores;
beforeAll(async () => {
  stores = await memoryStores();
  keyed = await memoryStores();
});
afterAll(() => Promise.all([stores.close(), keyed.close()]));

const refused = (code: ErrorCode) => ({ status: catalogue[code].status, body: { code } });
const own = { 'x-api-key': 'the key of the setting' };
const settings = { API_KEY: own['x-api-key'] };

describe('POST /v2/sessions', () => {
  it('makes a session with what was asked for, or else the defaults', async () => {
    const url = await listeningApp({ REQUIRED_SUCCESSES: '4' }, { stores });
    for (const body of [undefined, {}]) {
      const before = Date.now();
      const answer = await ask(url, 'POST', '/v2/sessions', {}, body);
      expect(answer.status).toBe(201);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(Value.Errors(openedSession, answer.body)).toEqual([]);
      const { id, client_token: token, stream, expires_at: expiresAt } = answer.body;
      expect(token.split('.')[0]).toBe(id);
      expect(stream).toBe(`/v2/sessions/${id}/stream`);
      expect(Date.parse(expiresAt) - before).toBeGreaterThanOrEqual(600_000);
      expect(Date.parse(expiresAt) - before).toBeLessThan(610_000);
      const result = await readSession(url, id);
      expect(Value.Errors(sessionResult, result)).toEqual([]);
      expect(result).toEqual({
        id,
        status: 'created',
        reasons: [],
        checks: ['challenge'],
        directions: 4,
        created_at: expect.any(String),
        expires_at: expiresAt,
        started_at: null,
        ended_at: null,
        frames: 0,
        models: [],
      });
    }
  });

  it('takes an empty body for none, whatever its header says, and so does DELETE', async () => {
    const url = await listeningApp({}, { stores });
    const headers = { 'content-type': 'application/json' };
    const made = await fetch(`${url}/v2/sessions`, { method: 'POST', headers, body: '' });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const deleted = await fetch(`${url}/v2/sessions/${id}`, { method: 'DELETE', headers });
    expect(deleted.status).toBe(204);
    const broken = await fetch(`${url}/v2/sessions`, { method: 'POST', headers, body: '{' });
    expect(await broken.json()).toMatchObject({ code: 'invalid_json' });
  });

  it.each([
    [{ directions: 0 }, 'directions'],
    [{ directions: 9 }, 'directions'],
    [{ directions: 2.5 }, 'directions'],
    [{ checks: [] }, 'checks'],
    [{ checks: ['palm'] }, 'checks'],
    [{ language: 'fr' }, 'language'],
    [{ expires_in: 5 }, 'expires_in'],
    [{ detail: 'yes' }, 'detail'],
    [{ direction: 3 }, 'additional'],
    [[], 'object'],
    [{ user_id: '' }, 'user_id'],
    [{ user_id: 'a\u0000b' }, 'user_id'],
  ])('refuses %j, and says what is wrong', async (body, named) => {
    const answer = await ask(await listeningApp({}, { stores }), 'POST', '/v2/sessions', {}, body);
    expect(answer).toMatchObject(refused('invalid_request'));
    expect(answer.body.detail).toContain(named);
  });

  it('refuses somebody whom nobody has enrolled, before any client is sent', async () => {
    const url = await listeningApp({}, { stores });
    const answer = await ask(url, 'POST', '/v2/sessions', {}, { user_id: 'nobody' });
    expect(answer).toMatchObject(refused('user_not_found'));
    await stores.enrolments.put(testTemplate('somebody'), new Date());
    expect((await ask(url, 'POST', '/v2/sessions', {}, { user_id: 'somebody' })).status).toBe(201);
  });

  it('bounds what is made and never used, for each key', async () => {
    const url = await listeningApp({ ...settings, MAX_UNUSED_SESSIONS: '3' }, { stores: keyed });
    const { key } = await makeApiKey(keyed);
    const make = (headers: Record<string, string>) => ask(url, 'POST', '/v2/sessions', headers, {});
    const answers = await Promise.all(Array.from({ length: 6 }, () => make({ 'x-api-key': key })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const last = await make({ 'x-api-key': key });
    expect(last).toMatchObject(refused('too_many_unused_sessions'));
    expect(last.headers.get('retry-after')).toBe('10');
    expect((await make(own)).status).toBe(201);
  });
});

describe('whoever asks', () => {
  it('needs a key that is for this contract, and a token is none', async () => {
    const url = await listeningApp(settings, { stores: keyed });
    const { id, client_token: token } = await makeSession(url, {}, own);
    const other = await makeApiKey(keyed, { contracts: ['passive', 'challenge'] });
    for (const [method, path] of [
      ['POST', '/v2/sessions'],
      ['GET', `/v2/sessions/${id}`],
      ['DELETE', `/v2/sessions/${id}`],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      for (const headers of [{}, { authorization: `Bearer ${token}` }, { 'x-api-key': token }])
        expect(await ask(url, method, path, headers, body)).toMatchObject(refused('unauthorised'));
      const wrong = await ask(url, method, path, { 'x-api-key': other.key }, body);
      expect(wrong).toMatchObject(refused('forbidden_contract'));
    }
  });

  it('sees the sessions of their own key; keys of the setting see all', async () => {
    const url = await listeningApp(settings, { stores: keyed });
    const [one, two] = [await makeApiKey(keyed), await makeApiKey(keyed)];
    const { id } = await makeSession(url, {}, { 'x-api-key': one.key });
    const path = `/v2/sessions/${id}`;
    for (const method of ['GET', 'DELETE'])
      expect(await ask(url, method, path, { 'x-api-key': two.key })).toMatchObject(
        refused('session_not_found'),
      );
    expect((await ask(url, 'GET', path, { 'x-api-key': one.key })).status).toBe(200);
    expect((await ask(url, 'GET', path, own)).status).toBe(200);
    expect((await ask(url, 'DELETE', path, { 'x-api-key': one.key })).status).toBe(204);
    expect(await ask(url, 'GET', path, own)).toMatchObject(refused('session_not_found'));
  });

  it('is told of a session that nobody knows that there is none', async () => {
    const url = await listeningApp({}, { stores });
    const strangers = ['0'.repeat(32), 'x', "' or true --", '%00', '\u0000', 'ä', 'x'.repeat(600)];
    for (const method of ['GET', 'DELETE'])
      for (const id of strangers)
        expect(await ask(url, method, `/v2/sessions/${encodeURIComponent(id)}`), id).toMatchObject(
          refused('session_not_found'),
        );
  });
});

describe('a result', () => {
  it('says why in the language that is asked for', async () => {
    const url = await listeningApp({ SESSION_TIMEOUT: '1' }, { stores });
    const session = await makeSession(url);
    await openStream(url, session).closed;
    const result = await readSession(url, session.id, { 'accept-language': 'id' });
    expect(Value.Errors(sessionResult, result)).toEqual([]);
    expect(result).toMatchObject({
      status: 'failed',
      reason: 'session_timeout',
      reasons: [{ code: 'session_timeout', text: expect.stringContaining('Waktu habis') }],
      live_probability: null,
      started_at: expect.any(String),
      ended_at: expect.any(String),
    });
  });

  it('says that the server was restarted where one died, and the token is used up', async () => {
    const url = await listeningApp({}, { stores });
    const { id, client_token: token, stream } = await makeSession(url);
    const record = (await stores.sessions.find(id, null))!;
    // As a server that then dies leaves it.
    const past = new Date(Date.now() - 1);
    expect(await stores.sessions.begin(id, hashOfToken(token), record.createdAt, past)).toBe(true);
    expect(await readSession(url, id)).toMatchObject({ status: 'failed', reason: 'server_restarted' });
    const again = openStream(url, { stream, client_token: token });
    expect(await again.closed).toEqual([4429, 'session_used_up']);
  });

  it('of a session that runs on another server says so, and keeps its stream there', async () => {
    const [here, there] = [await listeningApp({}, { stores }), await listeningApp({}, { stores })];
    const session = await makeSession(here);
    const stream = openStream(there, session);
    await expect.poll(() => stream.messages.length).toBe(1);
    expect(await readSession(here, session.id)).toMatchObject({ status: 'running' });
    expect(await openStream(here, session).closed).toEqual([4409, 'session_in_use']);
    stream.socket.terminate();
  });

  it('is kept when the server stops while the session runs', async () => {
    const app = await testApp({}, { stores });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const session = await makeSession(url);
    const stream = openStream(url, session);
    await expect.poll(() => stream.messages.length).toBe(1);
    await app.close();
    expect(await stream.closed).toEqual([1001, 'shutting_down']);
    const other = await listeningApp({}, { stores });
    expect(await readSession(other, session.id)).toMatchObject({
      status: 'failed',
      reason: 'shutting_down',
    });
  });
});

it('is counted', async () => {
  const url = await listeningApp({ SESSION_TIMEOUT: '1' }, { stores });
  await openStream(url, await makeSession(url)).closed;
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('liveness_sessions_opened_total 1');
  expect(metrics).toContain('liveness_sessions_ended_total{status="failed",reason="session_timeout"} 1');
  expect(metrics).toContain('liveness_challenge_sessions_total{outcome="failed",reason="session_timeout"} 1');
});
