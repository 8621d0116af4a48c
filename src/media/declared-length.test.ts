import { describe, expect, test } from 'vitest';
import { declaredLength } from './declared-length.ts';
import type { ClipContainer } from './sniff-clip.ts';

const length = (container: ClipContainer, text: string) =>
  declaredLength(Buffer.from(text, 'latin1'), container);

describe('an MP4 file is as long as its boxes together', () => {
  test.each([
    ['two boxes', '\0\0\0\x0aftyp..\0\0\0\x09mdat.', 19],
    ['a box that was cut off', '\0\0\0\x0aftyp..\0\0\x01\0mdat.', 266],
    ['a box up to the end', '\0\0\0\x0aftyp..\0\0\0\0mdat.....', 23],
    ['a box with a 64-bit length', '\0\0\0\x01mdat\0\0\0\x01\0\0\0\x02....', 2 ** 32 + 2],
    ['a 64-bit length that was cut off', '\0\0\0\x01mdat\0\0', 16],
    ['a few bytes of padding', '\0\0\0\x0aftyp..\0\0\0', 10],
    ['a length that is none', '\0\0\0\x0aftyp..\0\0\0\x03mdat', 18],
  ])('%s', (_name, text, expected) => {
    expect(length('mp4', text)).toBe(expected);
  });
});

describe('a Matroska file is as long as its elements together', () => {
  const header = '\x1a\x45\xdf\xa3\x81.';
  test.each([
    ['a segment of known length', `${header}\x18\x53\x80\x67\x40\x03...`, 15],
    ['a segment that was cut off', `${header}\x18\x53\x80\x67\x10\0\0\x64...`, 114],
    ['an open segment', `${header}\x18\x53\x80\x67\xff\xec\x83...`, 16],
    [
      'an open segment, cut off inside',
      `${header}\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\xec\x85...`,
      25,
    ],
    [
      'an open cluster in it, cut off inside',
      `${header}\x18\x53\x80\x67\xff\x1f\x43\xb6\x75\xff\xa3\x84...`,
      22,
    ],
  ])('%s', (_name, text, expected) => {
    expect(length('matroska', text)).toBe(expected);
  });
});

describe('an AVI file is as long as its chunks together', () => {
  test.each([
    ['one chunk', 'RIFF\x06\0\0\0AVI ..', 14],
    ['an odd chunk and its padding', 'RIFF\x05\0\0\0AVI ..', 14],
    ['a second chunk that was cut off', 'RIFF\x04\0\0\0AVI RIFF\x09\x01\0\0AVIX', 12 + 274],
  ])('%s', (_name, text, expected) => {
    expect(length('avi', text)).toBe(expected);
  });
});
