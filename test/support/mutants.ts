import { crc32, deflateSync } from 'node:zlib';

/** A request gone wrong in one way or another. */
export interface Mutant {
  /** What was done to it. */
  readonly name: string;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** A whole number, 0 up to below `limit`. */
type Dice = (limit: number) => number;

/**
 * Endless mutated requests around `pictures`; the same seed makes the same ones.
 *
 * @param pictures encoded image files
 */
export function* mutants(pictures: readonly Buffer[], seed: number): Generator<Mutant, never> {
  const dice = createDice(seed);
  const one = <T>(of: readonly T[]): T => of[dice(of.length)]!;
  while (true) {
    const [kind, make] = one(kinds);
    const mutant = make(one(pictures), dice);
    yield { name: kind, contentType: 'application/json', ...mutant };
  }
}

/** mulberry32, by Tommy Ettinger (public domain): 32 bits of state, fine for choosing mutations. */
function createDice(seed: number): Dice {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

type Make = (picture: Buffer, dice: Dice) => Pick<Mutant, 'body'> & Partial<Mutant>;

const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });
const withImage = (image: Buffer) => json({ image: image.toString('base64') });
const withText = (text: string) => ({ body: Buffer.from(text) });

const kinds: readonly (readonly [string, Make])[] = [
  ['bytes flipped anywhere in the image', (picture, dice) => withImage(flip(picture, dice, picture.length))],
  ['bytes flipped in the image header', (picture, dice) => withImage(flip(picture, dice, 200))],
  ['image truncated', (picture, dice) => withImage(picture.subarray(0, dice(picture.length)))],
  ['a piece of the image repeated', (picture, dice) => withImage(repeat(picture, dice))],
  ['a piece of the image cut out', (picture, dice) => withImage(cutOut(picture, dice))],
  ['noise for an image', (_, dice) => withImage(noise(dice, 1 + dice(5_000)))],
  [
    'noise after a magic number',
    (picture, dice) => withImage(join(picture.subarray(0, 16), noise(dice, 500))),
  ],
  [
    'a format that is not decoded',
    (_, dice) => withImage(join(Buffer.from(pick(OTHER_FORMATS, dice)), noise(dice, 500))),
  ],
  ['another image in front', (picture, dice) => withImage(join(picture.subarray(0, dice(300)), picture))],
  ['image past the byte limit', (picture) => withImage(join(picture, Buffer.alloc(150_000)))],
  ['body past the byte limit', () => json({ image: 'A'.repeat(400_000) })],
  ['image past the pixel limit', (_, dice) => withImage(emptyPng(1 + dice(2 ** 16), 1 + dice(2 ** 16)))],
  ['image of another type', (picture, dice) => json({ image: retyped(picture, dice) })],
  ['body of another type', (picture, dice) => json(retyped(picture, dice))],
  [
    'field missing or misspelt',
    (picture, dice) => json({ [pick(['Image', 'images', '', 'img'], dice)]: picture.toString('base64') }),
  ],
  [
    'image nested',
    (picture, dice) => withText(nested(1 + dice(20_000), JSON.stringify(picture.toString('base64')))),
  ],
  [
    'many fields',
    (_, dice) => json(Object.fromEntries(Array.from({ length: dice(5_000) }, (_, i) => [`k${i}`, i]))),
  ],
  ['prototype pollution', (picture, dice) => withText(polluted(picture, dice))],
  ['twice the same field', (picture) => withText(`{"image":"${picture.toString('base64')}","image":7}`)],
  [
    'base64 damaged',
    (picture, dice) => json({ image: splice(picture.toString('base64'), pick(NOT_BASE64, dice), dice) }),
  ],
  [
    'data URL damaged',
    (picture, dice) => json({ image: pick(DATA_URLS, dice) + picture.toString('base64') }),
  ],
  ['JSON truncated', (picture, dice) => ({ body: truncate(withImage(picture).body, dice) })],
  [
    'JSON bytes flipped, UTF-8 broken',
    (picture, dice) => ({ body: flip(withImage(picture).body, dice, 40) }),
  ],
  [
    'JSON in another encoding',
    (picture, dice) => ({
      body: Buffer.from(
        withImage(picture).body.toString(),
        pick(['utf16le', 'base64', 'hex'] as const, dice),
      ),
    }),
  ],
  [
    'another content type',
    (picture, dice) => ({ ...withImage(picture), contentType: pick(CONTENT_TYPES, dice) }),
  ],
  [
    'the raw image',
    (picture, dice) => ({ body: picture, contentType: pick([...CONTENT_TYPES, 'application/json'], dice) }),
  ],
  [
    'nothing',
    (_, dice) => ({ body: Buffer.alloc(0), contentType: pick([...CONTENT_TYPES, 'application/json'], dice) }),
  ],
];

const OTHER_FORMATS = [
  'BM6\x10',
  '%PDF-1.7\n',
  '<svg xmlns="http://www.w3.org/2000/svg">',
  '8BPS',
  'RIFF....AVI ',
  'ID3',
  'MZ',
  '#!/bin/sh\n',
];

const NOT_BASE64 = ['=', '!', '\0', '%', '\u{1f600}', '-_', ' ', '\\', 'Ł', '====', '\ud800'];

const DATA_URLS = [
  'data:,',
  'data:image/png,',
  'data:;base64,',
  'data:text/html;base64,',
  'data:image/jpeg;base64',
  'data:image/svg+xml;base64,',
  'https://example.com/',
  'file:///etc/passwd#',
];

const CONTENT_TYPES = [
  undefined,
  'text/plain',
  'application/xml',
  'image/jpeg',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/jsonp',
  'json',
  ';',
  'application/octet-stream',
  'a'.repeat(5_000),
];

const SCALARS = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  '',
  ' ',
  'null',
  [],
  {},
  [[]],
  '../../etc/passwd',
  '\0',
  'A',
  '$where',
];

function pick<T>(of: readonly T[], dice: Dice): T {
  return of[dice(of.length)]!;
}

function flip(bytes: Buffer, dice: Dice, within: number): Buffer {
  const flipped = Buffer.from(bytes);
  for (let count = 1 + dice(10); count > 0; count--) {
    const place = dice(Math.min(within, flipped.length));
    flipped[place] = flipped[place]! ^ (1 + dice(255));
  }
  return flipped;
}

function join(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function noise(dice: Dice, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => dice(256)));
}

function truncate(bytes: Buffer, dice: Dice): Buffer {
  return bytes.subarray(0, dice(bytes.length));
}

function cutOut(bytes: Buffer, dice: Dice): Buffer {
  const from = dice(bytes.length);
  return join(bytes.subarray(0, from), bytes.subarray(from + 1 + dice(200)));
}

function repeat(bytes: Buffer, dice: Dice): Buffer {
  const from = dice(bytes.length);
  const piece = bytes.subarray(from, from + 1 + dice(500));
  return join(bytes.subarray(0, from), piece, piece, bytes.subarray(from));
}

function splice(text: string, piece: string, dice: Dice): string {
  const place = dice(text.length);
  return text.slice(0, place) + piece + text.slice(place);
}

/** A PNG that promises `width` × `height` pixels and holds none. */
function emptyPng(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return join(
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', join(size, Buffer.from([8, 6, 0, 0, 0]))),
    pngChunk('IDAT', deflateSync(Buffer.alloc(0))),
    pngChunk('IEND', Buffer.alloc(0)),
  );
}

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const content = join(Buffer.from(type), data);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return join(length, content, checksum);
}

function retyped(picture: Buffer, dice: Dice): unknown {
  const text = picture.toString('base64');
  return pick<unknown>(
    [...SCALARS, [text], { image: text }, [...picture.subarray(0, 100)], { length: 9, 0: text }],
    dice,
  );
}

function nested(depth: number, core: string): string {
  return `{"image":${'['.repeat(depth)}${core}${']'.repeat(depth)}}`;
}

function polluted(picture: Buffer, dice: Dice): string {
  const image = picture.toString('base64');
  const poison = pick(
    [
      '"__proto__":{"polluted":true}',
      '"constructor":{"prototype":{"polluted":true}}',
      '"\\u005f_proto__":{"image":"x"}',
      '"__proto__":null',
      '"toString":1,"hasOwnProperty":1',
    ],
    dice,
  );
  return pick(
    [`{${poison},"image":"${image}"}`, `{"image":{${poison}}}`, `{${poison}}`, `[{${poison}}]`],
    dice,
  );
}
