import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';

const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x00, 0x61]);
const decode = (text: string) => Buffer.from(decodeBase64(text, 1_000));

describe('accepts', () => {
  it.each([
    ['base64', '+//+AGE='],
    ['base64url', '-__-AGE='],
    ['no padding', '-__-AGE'],
    ['line breaks', '+//+\r\nAGE=\n'],
    ['every kind of space, and a byte order mark', '\ufeff +/ /\t+A\v\fG \n E=\r\n'],
    ['a data URL', 'data:image/jpeg;base64,+//+AGE='],
    ['a data URL with a parameter, in capitals', 'DATA:image/png;name=a.png;BASE64,+//+AGE='],
    ['a data URL without a type', 'data:;base64,+//+AGE='],
  ])('%s', (_, text) => expect(decode(text)).toEqual(bytes));

  it('whatever Node encodes', () => {
    for (let size = 1; size < 64; size++) {
      const data = Buffer.from(Array.from({ length: size }, (_, index) => (index * 37 + size) & 255));
      expect(decode(data.toString('base64'))).toEqual(data);
      expect(decode(data.toString('base64url'))).toEqual(data);
    }
  });
});

describe('refuses', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['padding alone', '=='],
    ['a stray character', 'AG!E'],
    ['text beyond ASCII', 'AGŁE'],
    ['padding in the middle', 'AG==AGE='],
    ['too much padding', 'AGE=='],
    ['padding that is not needed', 'AGEA='],
    ['one digit too many', 'AGEAA'],
    ['a data URL that is not base64', 'data:image/svg+xml,<svg/>'],
    ['a data URL without data', 'data:image/png;base64,'],
    ['two data URLs', 'data:image/png;base64,data:image/png;base64,AGE='],
  ])('%s', (_, text) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'invalid_base64' }));
  });

  it('more bytes than it may hold, and not one fewer', () => {
    expect(decodeBase64('AGEA', 3)).toHaveLength(3);
    expect(() => decodeBase64('AGEA', 2)).toThrow(expect.objectContaining({ code: 'payload_too_large' }));
  });
});

it('takes millions of spaces', () => {
  const text = 'A '.repeat(7_000_000);
  expect(decodeBase64(text, 10_000_000)).toHaveLength(5_250_000);
});
