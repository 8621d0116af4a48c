import { expect, it } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { languages, say } from '../../messages.ts';

const url = '/console';

it.each(languages)('is not there while nobody needs a key, and says so in %s', async (language) => {
  const app = await testApp();
  const answer = await app.inject({ url, headers: { 'accept-language': language } });
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({
    code: 'console_closed',
    title: say('error.console_closed', language),
  });
});

it('is a page where there are keys', async () => {
  const app = await testApp({ API_KEY: 'secret' });
  const { statusCode, headers, body } = await app.inject(url);
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(body).toContain('<script type="module"');
  expect(body).not.toContain('secret');
});
