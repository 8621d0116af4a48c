import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeApiKey } from '../../test/support/api-keys.ts';
import { listeningApp, picture, testApp } from '../../test/support/app.ts';
import { memoryStores } from '../../test/support/stores.ts';
import { BonafideError } from '../errors.ts';
import type { ApiKeyTerms } from '../services/create-api-key.ts';
import { type ContractName, contractNames, type Stores } from '../stores/ports.ts';

const keys = { API_KEY: 'first-key, second' };

async function status(headers: Record<string, string>, settings: Record<string, string> = keys) {
  const app = await testApp(settings);
  return (await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture })).statusCode;
}

it.each<[string, Record<string, string>, number]>([
  ['none', {}, 401],
  ['the first', { 'x-api-key': 'first-key' }, 200],
  ['the second', { 'x-api-key': 'second' }, 200],
  ['a wrong one', { 'x-api-key': 'third' }, 401],
  ['an empty one', { 'x-api-key': '' }, 401],
  ['the beginning of one', { 'x-api-key': 'first' }, 401],
  ['both at once', { 'x-api-key': 'first-key,second' }, 401],
  ['as a bearer', { authorization: 'Bearer second' }, 200],
  ['as a bearer in lower case', { authorization: 'bearer second' }, 200],
  ['a wrong bearer', { authorization: 'Bearer third' }, 401],
  ['as basic', { authorization: 'Basic second' }, 401],
  ['a wrong one beside a right bearer', { 'x-api-key': 'third', authorization: 'Bearer second' }, 200],
])('a key: %s', async (_, headers, expected) => {
  expect(await status(headers)).toBe(expected);
});

it('asks for none where none is set', async () => {
  expect(await status({}, {})).toBe(200);
});

it('says how to show a key, before it looks at the body', async () => {
  const app = await testApp(keys);
  for (const url of ['/liveness', '/active/blink', '/passive/liveness', '/passive/active/blink']) {
    const response = await app.inject({ method: 'POST', url, payload: '{"broken' });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="bonafide"');
    expect(response.json().code).toBe('unauthorised');
  }
});

it('asks for a key at /metrics where METRICS_NEED_KEY says so', async () => {
  const app = await testApp({ ...keys, METRICS_NEED_KEY: 'true' });
  expect((await app.inject('/metrics')).statusCode).toBe(401);
  const authorization = 'Bearer second';
  expect((await app.inject({ url: '/metrics', headers: { authorization } })).statusCode).toBe(200);
});

it.each(['/', '/health', '/docs/', '/openapi.json', '/metrics'])('leaves %s open', async (url) => {
  expect((await (await testApp(keys)).inject(url)).statusCode).toBe(200);
});

describe('keys of the store', () => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await memoryStores();
  });
  afterAll(() => stores.close());

  const make = (changes: Partial<ApiKeyTerms> = {}) => makeApiKey(stores, changes);

  const post = async (headers: Record<string, string>, url = '/liveness', settings = {}) => {
    const app = await testApp(settings, { stores });
    return app.inject({ method: 'POST', url, headers, payload: picture });
  };

  it('close the server from the first one on', async () => {
    let time = Date.now();
    const app = await testApp({}, { stores, today: () => new Date(time) });
    const ask = (headers = {}) => app.inject({ method: 'POST', url: '/liveness', headers, payload: picture });
    expect((await ask()).statusCode).toBe(200);
    expect((await app.inject('/')).json().authentication).toBe('open');
    const { key, record } = await make();
    time += 1_000;
    expect((await ask()).statusCode).toBe(401);
    expect((await ask({ 'x-api-key': key })).statusCode).toBe(200);
    expect((await app.inject('/')).json().authentication).toBe('required');
    await stores.apiKeys.revoke(record.id, new Date());
    expect((await ask({ 'x-api-key': key })).statusCode).toBe(401);
    expect((await ask()).statusCode).toBe(401);
  });

  it('may be shown as any other, and count beside API_KEY', async () => {
    const { key } = await make();
    expect((await post({ 'x-api-key': key })).statusCode).toBe(200);
    expect((await post({ authorization: `Bearer ${key}` }, '/liveness', keys)).statusCode).toBe(200);
    expect((await post({ 'x-api-key': 'second' }, '/liveness', keys)).statusCode).toBe(200);
    expect((await post({ 'x-api-key': `${key}0` }, '/liveness', keys)).statusCode).toBe(401);
  });

  it('open a WebSocket as a subprotocol', async () => {
    const url = (await listeningApp({}, { stores })).replace('http', 'ws');
    const open = (key: string) =>
      new Promise<string>((resolve) => {
        const shown = `bonafide.key.${Buffer.from(key).toString('base64url')}`;
        const socket = new WebSocket(`${url}/ws`, ['bonafide', shown]);
        socket.once('unexpected-response', (_request, { statusCode }) => resolve(`${statusCode}`));
        socket.once('error', () => {});
        socket.once('open', () => {
          socket.terminate();
          resolve('open');
        });
      });
    const [right, other] = [await make(), await make({ contracts: ['passive'] })];
    expect(await open(right.key)).toBe('open');
    expect(await open(other.key)).toBe('403');
    expect(await open('wrong')).toBe('401');
  });

  it.each<[ContractName, string]>([
    ['passive', '/liveness'],
    ['passive', '/passive/active/blink'],
    ['frames', '/api/liveness/validate'],
    ['kyc', '/session/'],
    ['kyc', '/kyc/liveness'],
    ['recognition', '/v1/liveness'],
    ['recognition', '/v1/register'],
    ['recognition', '/v1/dataset/upload'],
    ['sessions', '/v2/sessions'],
  ])('open %s where they may: %s', async (contract, url) => {
    const mine = await make({ contracts: [contract] });
    const others = await make({ contracts: contractNames.filter((name) => name !== contract) });
    expect([401, 403]).not.toContain((await post({ 'x-api-key': mine.key }, url)).statusCode);
    const refused = await post({ 'x-api-key': others.key }, url);
    expect(refused.statusCode).toBe(403);
    if (contract !== 'kyc') expect(refused.json().code).toBe('forbidden_contract');
  });

  it('say when to try again past their rate', async () => {
    const { key } = await make({ requestsPerMinute: 1 });
    expect((await post({ 'x-api-key': key })).statusCode).toBe(200);
    const refused = await post({ 'x-api-key': key });
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it('read /metrics where that needs a key, whatever else they may do', async () => {
    const { key } = await make({ contracts: ['kyc'] });
    const app = await testApp({ METRICS_NEED_KEY: 'true' }, { stores });
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    expect((await app.inject({ url: '/metrics', headers: { 'x-api-key': key } })).statusCode).toBe(200);
  });
});

it('a database that is away stops nobody with a key of the setting, and lets nobody else in', async () => {
  const away = async (): Promise<never> => {
    throw new BonafideError('store_unavailable');
  };
  const apiKeys = new Proxy({} as Stores['apiKeys'], { get: () => away });
  const stores = new Proxy({} as Stores, { get: (_, name) => (name === 'apiKeys' ? apiKeys : undefined) });
  const status = async (settings: Record<string, string>, key?: string) => {
    const app = await testApp(settings, { stores });
    const headers = key === undefined ? {} : { 'x-api-key': key };
    return (await app.inject({ method: 'POST', url: '/liveness', headers, payload: picture })).statusCode;
  };
  expect(await status(keys, 'second')).toBe(200);
  expect(await status(keys, 'third')).toBe(401);
  expect(await status(keys)).toBe(401);
  expect(await status(keys, `bonafide_0_${'0'.repeat(64)}`)).toBe(503);
  expect(await status({})).toBe(503);
  expect((await (await testApp({}, { stores })).inject('/')).json().authentication).toBe('required');
});
