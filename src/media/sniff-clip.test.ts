import { expect, test } from 'vitest';
import { sniffClip } from './sniff-clip.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'mp4'],
  ['\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'mp4'],
  ['\0\0\0\x08wide\0\0\x10\0mdat', 'mp4'],
  ['\x1a\x45\xdf\xa3\x9fB\x86\x81\x01', 'matroska'],
  ['RIFF\x10\0\0\0AVI LIST', 'avi'],
])('recognises %j as %s', (start, container) => {
  expect(sniffClip(bytes(start))).toBe(container);
});

test.each([
  '',
  'RIFF',
  'RIFF\x10\0\0\0WEBPVP8 ',
  'GIF89a',
  '\xff\xd8\xff\xe0',
  '\0\0\0\x18ftypavif\0\0\0\0avifmif1',
  '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
  'ffconcat version 1.0\nfile /etc/passwd',
  '#EXTM3U\nhttp://localhost/',
  '<?xml version="1.0"?><MPD/>',
])('knows no clip that begins with %j', (start) => {
  expect(sniffClip(bytes(start))).toBeUndefined();
});
