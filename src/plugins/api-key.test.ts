import { expect, it } from 'vitest';
import { picture, testApp } from '../../test/support/app.ts';

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
