import { expect, test } from 'vitest';
import { sniffImage } from './sniff-image.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['RIFF\x10\0\0\0WEBPVP8 ', 'webp'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0\x08\0\0\0', 'tiff'],
  ['MM\0*\0\0\0\x08', 'tiff'],
  ['\0\0\0\x18ftypavif\0\0\0\0avifmif1', 'avif'],
  ['\0\0\0\x18ftypmif1\0\0\0\0mif1avif', 'avif'],
  ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'heic'],
  ['\0\0\0\x18ftypmif1\0\0\0\0mif1heix', 'heic'],
])('recognises %j as %s', (start, format) => {
  expect(sniffImage(bytes(start))).toMatchObject({ format });
});

test.each([
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'SVG'],
  ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><svg/>', 'SVG'],
  ['%PDF-1.7', 'PDF'],
  ['BM\x36\x10\0\0\0\0\0\0', 'BMP'],
  ['\0\0\0\x0cjP  \r\n\x87\n', 'JPEG 2000'],
  ['P6\n2 2\n255\n', 'Netpbm (PPM, PGM, PBM)'],
  ['\0\0\0\x18ftypisom\0\0\0\0isomavc1', 'MP4 or QuickTime video'],
])('names the unsupported %j: %s', (start, unsupported) => {
  expect(sniffImage(bytes(start))).toMatchObject({ unsupported });
});

test.each([
  '',
  '\xff',
  '\xff\xd8',
  'RIFF\0\0\0\0WAVE',
  '<!doctype html><p>',
  '<?xml version="1.0"?><a/>',
  'hello',
])('knows no image in %j', (start) => {
  expect(sniffImage(bytes(start))).toBeUndefined();
});

test('a brand outside the ftyp box does not count', () => {
  expect(sniffImage(bytes('\0\0\0\x10ftypisom\0\0\0\0avif'))).toMatchObject({
    unsupported: 'MP4 or QuickTime video',
  });
});
