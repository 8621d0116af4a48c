import { describe, expect, it } from 'vitest';
import { checkConsent, checkUserId } from './user-id.ts';

describe('checkUserId', () => {
  it.each([
    '15',
    '../../x',
    "x'; drop table templates; --",
    '👩‍🚀',
    'a/b\\c',
    ' ',
    '%2e%2e',
    'é'.repeat(128),
    '__proto__',
  ])('takes %j as it is', (id) => {
    expect(checkUserId(id)).toBe(id);
  });

  it.each([
    ['', 'is empty'],
    ['a\0b', 'holds control characters'],
    ['a\nb', 'holds control characters'],
    ['\uFEFFa', 'holds a byte order mark'],
    ['a\u0085b', 'holds control characters'],
    ['\ud800', 'is not valid Unicode'],
    ['é'.repeat(129), 'is longer than 256 bytes'],
    ['x'.repeat(10_000), 'is longer than 256 bytes'],
  ])('refuses %j, and says why without repeating it', (id, problem) => {
    expect(() => checkUserId(id)).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: `user_id ${problem}.` }),
    );
  });

  it('names the consent where that is wrong', () => {
    expect(() => checkConsent('')).toThrow('consent is empty.');
  });
});
