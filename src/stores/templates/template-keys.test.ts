import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTemplateKeys, deriveTemplateKey, parseTemplateKeys } from './template-keys.ts';

describe('parseTemplateKeys', () => {
  const secret = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at));

  it.each(['hex', 'base64', 'base64url'] as const)('reads %s', (encoding) => {
    expect(parseTemplateKeys(secret.toString(encoding))).toEqual([secret]);
  });

  it('reads several in their order, with spaces and capitals', () => {
    const other = randomBytes(32);
    const text = ` ${secret.toString('hex').toUpperCase()} , ${other.toString('base64')},`;
    expect(parseTemplateKeys(text)).toEqual([secret, other]);
  });

  it.each([
    ['c2hvcnQ=', 'Template key 1 of 1 holds 5 bytes'],
    [
      `${secret.toString('base64')},${randomBytes(33).toString('base64')}`,
      'Template key 2 of 2 holds 33 bytes',
    ],
    ['not a key!', 'Template key 1 of 1 is neither hex nor base64'],
  ])('refuses %j and does not repeat it', (text, problem) => {
    expect(() => parseTemplateKeys(text)).toThrow(problem);
    expect(() => parseTemplateKeys(text)).not.toThrow(text);
  });
});

describe('template keys', () => {
  it('encrypt with the first and find all', () => {
    const [one, other] = [randomBytes(32), randomBytes(32)];
    const keys = createTemplateKeys([one, other]);
    expect(keys.current).toEqual(deriveTemplateKey(one));
    expect(keys.find(deriveTemplateKey(other).id)).toEqual(deriveTemplateKey(other));
    expect(keys.find('0000000000000000')).toBeUndefined();
  });

  it('are refused twice, and none', () => {
    const secret = randomBytes(32);
    expect(() => createTemplateKeys([secret, secret])).toThrow('twice');
    expect(() => createTemplateKeys([])).toThrow('no template key');
  });

  it('derive everything apart, and never show the key', () => {
    const secret = randomBytes(32);
    const { id, encryption, rotation } = deriveTemplateKey(secret);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    const all = [secret, encryption, rotation].map((bytes) => bytes.toString('hex'));
    expect(new Set(all).size).toBe(3);
    for (const hex of all) expect(hex).not.toContain(id);
  });

  it('derive the same from the same key in every version', () => {
    // A change here would lose every template there is.
    const { id, encryption, rotation } = deriveTemplateKey(Buffer.alloc(32, 7));
    expect([id, encryption.toString('hex').slice(0, 16), rotation.toString('hex').slice(0, 16)]).toEqual([
      'a1b35c0a57b656b0',
      'ced6ad3031263418',
      '9c8175580ad87590',
    ]);
  });
});
