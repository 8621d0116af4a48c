import { brotliDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { testApp } from '../../test/support/app.ts';

const app = () => testApp({ API_KEY: 'secret' });
const page = async () => (await app()).inject('/console');
const assetsOf = (html: string) => [...html.matchAll(/"(assets\/[^"]+)"/g)].map(([, path]) => `/${path}`);

it('serves what pages are made of for good, compressed, under names that hold a hash', async () => {
  const server = await app();
  const assets = assetsOf((await page()).body);
  expect(new Set(assets.map((path) => path.split('.').at(-1)))).toEqual(new Set(['svg', 'js', 'css']));
  for (const url of assets) {
    const { statusCode, headers, body } = await server.inject(url);
    expect(statusCode, url).toBe(200);
    expect(url).toMatch(/-[\w-]{8}\.\w+$/);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    });
    const small = await server.inject({ url, headers: { 'accept-encoding': 'br' } });
    expect(small.headers['content-encoding']).toBe('br');
    expect(small.headers['content-type']).toBe(headers['content-type']);
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(body);
  }
});

it('has browsers ask for a page anew, and answers in short that it is the same', async () => {
  const { headers } = await page();
  expect(headers['cache-control']).toBe('no-cache');
  const etag = String(headers.etag);
  const ask = async (ifNoneMatch: string) =>
    (await app()).inject({ url: '/console', headers: { 'if-none-match': ifNoneMatch } });
  expect(await ask(`"other", W/${etag}`)).toMatchObject({ statusCode: 304, body: '' });
  expect((await ask('"other"')).statusCode).toBe(200);
});

it('lets a page load its own server’s files alone, and no camera where none is needed', async () => {
  const { headers, body } = await page();
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
  for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"])
    expect(policy).toContain(rule);
  expect(policy).not.toMatch(/unsafe|http|\*|data:/);
  expect(headers['permissions-policy']).toContain('camera=()');
  expect(body).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:/);
});

it.each([
  '/assets/',
  '/assets/nothing.js',
  '/assets/../console/index.html',
  '/assets/%2e%2e/%2e%2e/main.js',
  '/assets/..%2f..%2fmain.js',
])('has nothing at %s', async (url) => {
  const { statusCode, json, headers } = await (await app()).inject(url);
  expect(statusCode).toBe(404);
  expect(json().code).toBe('not_found');
  expect(headers['cache-control']).toBeUndefined();
});
