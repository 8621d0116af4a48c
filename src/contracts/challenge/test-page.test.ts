import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { languages, say } from '../../messages.ts';

const url = '/test';

it.each(languages)('speaks %s, and leaves no place empty', async (language) => {
  const app = await testApp();
  const { statusCode, headers, body } = await app.inject({ url, headers: { 'accept-language': language } });
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-language': language,
    vary: 'Accept-Language',
    'permissions-policy': 'camera=(self)',
  });
  expect(body).toContain(`<html lang="${language}"`);
  expect(body).toContain(`<h1>${say('page.title', language)}</h1>`);
  expect(body).not.toContain('{{');
});

it('is Uzbek where nothing else is asked for, as the demonstration of seed 001', async () => {
  const app = await testApp();
  expect((await app.inject(url)).body).toContain('<html lang="uz"');
});

it('hands its script the texts, and the time for a turn', async () => {
  const app = await testApp({ CHALLENGE_TIMEOUT: '7.5' });
  const { body } = await app.inject({ url, headers: { 'accept-language': 'en' } });
  const texts = JSON.parse(/data-texts="([^"]*)"/.exec(body)![1]!.replaceAll('&quot;', '"'));
  expect(texts).toMatchObject({ LEFT: say('page.LEFT', 'en'), cameraInUse: say('page.cameraInUse', 'en') });
  expect(body).toContain('data-challenge-seconds="7.5"');
  expect(texts.failures).toMatchObject({ face_changed: say('failure.face_changed', 'en') });
  const script = readFileSync(new URL('../../../pages/test/page.js', import.meta.url), 'utf8');
  const used = [...script.matchAll(/\btexts\.(\w+)|Trouble\('(\w+)'|: '(camera\w+)'/g)];
  expect(used.length).toBeGreaterThan(15);
  for (const [, ...names] of used) expect(texts).toHaveProperty(names.find(Boolean)!);
});

it('is open to all and asks for a key only where the challenge does', async () => {
  const [open, guarded] = [await testApp(), await testApp({ API_KEY: 'secret' })];
  expect((await open.inject(url)).body).not.toContain('type="password"');
  const { statusCode, body } = await guarded.inject(url);
  expect(statusCode).toBe(200);
  expect(body).toContain('type="password"');
  expect(body).not.toContain('secret');
});

it.each([
  ['/test/page.js', 'text/javascript'],
  ['/test/client.js', 'text/javascript'],
  ['/test/page.css', 'text/css'],
])('serves %s', async (path, type) => {
  const app = await testApp({ API_KEY: 'secret' });
  const { statusCode, headers, body } = await app.inject(path);
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toBe(`${type}; charset=utf-8`);
  expect(body.length).toBeGreaterThan(1000);
});

it('holds nothing inline that its content security policy would stop', async () => {
  const app = await testApp();
  const { body, headers } = await app.inject(url);
  expect(headers['content-security-policy']).toContain("script-src 'self'");
  expect(body).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
});
