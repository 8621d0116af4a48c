import { expect, it } from 'vitest';
import { hideCheck, redact } from './redact.ts';

it.each([
  ['a key', { 'X-API-KEY': 'secret' }, { 'X-API-KEY': '•••' }],
  ['tokens', { client_token: 'a.b', session_token: 'c' }, { client_token: '•••', session_token: '•••' }],
  [
    'a file',
    { image: new Blob(['x'.repeat(4_321)], { type: 'image/jpeg' }) },
    { image: '‹image/jpeg, 4 kB›' },
  ],
  ['pictures as text', { frames: { blink: ['A'.repeat(4_000)] } }, { frames: { blink: ['‹base64, 3 kB›'] } }],
  ['a mesh', { mesh: Array(936).fill(0.5), pose: { yaw: 1 } }, { mesh: '‹936 ×›', pose: { yaw: 1 } }],
  ['an active check', { upload_url: '/active/blink?check=abc' }, { upload_url: '/active/blink?check=•••' }],
])('hides %s', (_what, value, shown) => expect(redact(value)).toEqual(shown));

it('leaves all else as it is', () => {
  const answer = {
    success: true,
    score: 0,
    reasons: [{ code: 'no_face', text: '…' }],
    match: null,
    times: [1, 2],
  };
  expect(redact(answer)).toEqual(answer);
  expect(hideCheck('/liveness')).toBe('/liveness');
});
