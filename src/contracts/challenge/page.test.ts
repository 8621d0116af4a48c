import { expect, it } from 'vitest';
import { testApp } from '../../../test/support/app.ts';

it.each([{}, { API_KEY: 'secret' }])(
  'is a page for all, which may ask for the camera and holds no key: %j',
  async (settings) => {
    const app = await testApp(settings);
    const { statusCode, headers, body } = await app.inject('/test');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(headers['permissions-policy']).toMatch(/^camera=\(self\), microphone=\(\)/);
    expect(headers['content-security-policy']).toContain("script-src 'self'; style-src 'self'");
    expect(body).toContain('<script type="module"');
    expect(body).not.toMatch(/secret|<script(?![^>]* src=)|<style| style=| on\w+=/);
  },
);
