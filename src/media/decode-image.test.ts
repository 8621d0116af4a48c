import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { photographPath } from '../../test/support/faces.ts';
import { BonafideError } from '../errors.ts';
import { decodeImage, restrictImageLibrary } from './decode-image.ts';
import type { RgbImage } from './image.ts';

const WIDTH = 96;
const HEIGHT = 64;
const limits = { maxPixels: 1_000_000, maxSide: 4_000 };

/** Real pixels: a group photograph of an installed package, shrunk. */
let picture: RgbImage;
/** The picture in every format, encoded as well as the format can. */
let encoded: Record<'jpeg' | 'progressive' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'tiledTiff', Buffer>;

beforeAll(async () => {
  restrictImageLibrary();
  const photograph = readFileSync(photographPath('sample1.jpg'));
  const data = await sharp(photograph).resize(WIDTH, HEIGHT).raw().toBuffer();
  picture = { width: WIDTH, height: HEIGHT, data };
  encoded = {
    jpeg: await encoder().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer(),
    progressive: await encoder().jpeg({ quality: 98, progressive: true }).toBuffer(),
    png: await encoder().png().toBuffer(),
    webp: await encoder().webp({ lossless: true }).toBuffer(),
    avif: await encoder().avif({ quality: 95, effort: 2 }).toBuffer(),
    gif: await encoder().gif().toBuffer(),
    tiff: await encoder().tiff({ compression: 'lzw' }).toBuffer(),
    tiledTiff: await encoder()
      .tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })
      .toBuffer(),
  };
});

function encoder(image: RgbImage = picture) {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
}

/** Mean absolute difference of two pictures of one size, in grey levels. */
function difference(a: RgbImage, b: RgbImage): number {
  expect([a.width, a.height, a.data.length]).toEqual([b.width, b.height, b.data.length]);
  return a.data.reduce((sum, value, index) => sum + Math.abs(value - b.data[index]!), 0) / a.data.length;
}

/** Three frames of 40 × 30 pixels, a red, a green and a blue one. */
async function animation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = ['#d03020', '#20d030', '#3020d0'].map((background) =>
    sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

async function refusal(bytes: Uint8Array, within = limits): Promise<BonafideError> {
  const error = await decodeImage(bytes, within).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BonafideError);
  return error as BonafideError;
}

describe('formats', () => {
  // GIF has a palette of 256 colours; the lossy formats are encoded at a high quality.
  test.each([
    ['jpeg', 'jpeg', 3],
    ['progressive', 'jpeg', 4],
    ['png', 'png', 0],
    ['webp', 'webp', 0],
    ['avif', 'avif', 3],
    ['gif', 'gif', 12],
    ['tiff', 'tiff', 0],
    ['tiledTiff', 'tiff', 0],
  ] as const)('%s', async (name, format, tolerance) => {
    const decoded = await decodeImage(encoded[name], limits);
    expect(decoded).toMatchObject({ format, width: WIDTH, height: HEIGHT });
    expect(difference(decoded.image, picture)).toBeLessThanOrEqual(tolerance);
  });

  test.each(['gif', 'webp'] as const)('the first frame of an animated %s', async (format) => {
    const { image, width, height } = await decodeImage(await animation(format), limits);
    expect([width, height, image.data.length]).toEqual([40, 30, 40 * 30 * 3]);
    expect(Math.abs(image.data[0]! - 0xd0) + image.data[1]! + image.data[2]!).toBeLessThan(0x60);
  });
});

/** Where a pixel of the stored picture comes from in the upright one (TIFF 6.0, tag 274). */
const sources: Record<number, (x: number, y: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [WIDTH - 1 - x, y],
  3: (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y],
  4: (x, y) => [x, HEIGHT - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [WIDTH - 1 - y, x],
  7: (x, y) => [WIDTH - 1 - y, HEIGHT - 1 - x],
  8: (x, y) => [y, HEIGHT - 1 - x],
};

function stored(orientation: number): RgbImage {
  const [width, height] = orientation < 5 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH];
  const data = new Uint8Array(picture.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = sources[orientation]!(x, y);
      const from = 3 * (fromY * WIDTH + fromX);
      data.set(picture.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

describe('EXIF orientation', () => {
  const orientations = [1, 2, 3, 4, 5, 6, 7, 8];

  test.each(orientations)('%i, as PNG', async (orientation) => {
    const bytes = await encoder(stored(orientation)).withMetadata({ orientation }).png().toBuffer();
    const { image, width, height } = await decodeImage(bytes, limits);
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    expect(difference(image, picture)).toBe(0);
  });

  test.each(orientations)('%i, as JPEG shrunk on load', async (orientation) => {
    const bytes = await encoder(stored(orientation))
      .withMetadata({ orientation })
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { image, width, height } = await decodeImage(bytes, { ...limits, maxSide: WIDTH / 4 });
    expect([width, height, image.width, image.height]).toEqual([WIDTH, HEIGHT, WIDTH / 4, HEIGHT / 4]);
    const expected = await encoder()
      .resize(WIDTH / 4)
      .raw()
      .toBuffer();
    expect(difference(image, { ...image, data: expected })).toBeLessThan(8);
  });
});

describe('colours', () => {
  const grey = () => encoder().greyscale().toColourspace('b-w');

  test('grey becomes three equal channels', async () => {
    const { data } = (await decodeImage(await grey().png().toBuffer(), limits)).image;
    expect(data.length).toBe(WIDTH * HEIGHT * 3);
    const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, i) => data.subarray(3 * i, 3 * i + 3));
    expect(pixels.every(([r, g, b]) => r === g && g === b)).toBe(true);
    expect(Buffer.from(data.filter((_, i) => i % 3 === 0))).toEqual(await grey().raw().toBuffer());
  });

  test.each([
    ['transparent', 0, 255],
    ['half transparent', 0.5, 178],
    ['opaque', 1, 100],
  ])('what is %s lies on white', async (_, alpha, expected) => {
    const background = { r: 100, g: 100, b: 100, alpha };
    const pixel = sharp({ create: { width: 8, height: 8, channels: 4, background } });
    for (const deep of ['srgb', 'rgb16', 'b-w', 'grey16']) {
      const { data } = (await decodeImage(await pixel.clone().toColourspace(deep).png().toBuffer(), limits))
        .image;
      expect(data.length).toBe(8 * 8 * 3);
      for (const value of data) expect(Math.abs(value - expected)).toBeLessThanOrEqual(1);
    }
  });

  test('a palette is looked up', async () => {
    const bytes = await encoder().png({ palette: true, colours: 256, dither: 0 }).toBuffer();
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(8);
  });

  test('16 bits become 8', async () => {
    const bytes = await encoder().toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(0.6);
  });

  test.each([
    ['srgb', 'an 8-bit'],
    ['rgb16', 'a 16-bit'],
  ])('%s: the wide gamut profile of %s picture is applied', async (space) => {
    const bytes = await encoder().toColourspace(space).withIccProfile('p3').png().toBuffer();
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(1);
  });

  // The press gamut dulls bright colours: the tolerance is wide, a wrong sign or order is far outside it.
  test.each(['jpeg', 'tiff'] as const)('CMYK without a profile, as %s', async (format) => {
    const bytes = await encoder().toColourspace('cmyk').toFormat(format, { quality: 98 }).toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'cmyk', hasProfile: false });
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(16);
  });

  test('CMYK with a profile', async () => {
    const bytes = await encoder()
      .withIccProfile('cmyk')
      .toColourspace('cmyk')
      .jpeg({ quality: 98 })
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(20);
  });
});

describe('size', () => {
  test('shrinks to the longest side and never grows', async () => {
    const { image, width, height } = await decodeImage(encoded.png, { ...limits, maxSide: 48 });
    expect([width, height, image.width, image.height]).toEqual([WIDTH, HEIGHT, 48, 32]);
    expect((await decodeImage(encoded.png, { ...limits, maxSide: 97 })).image.width).toBe(WIDTH);
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('too many pixels: %s', async (name) => {
    const { code, detail } = await refusal(encoded[name], { ...limits, maxPixels: WIDTH * HEIGHT - 1 });
    expect(code).toBe('too_many_pixels');
    expect(detail).toContain(String(WIDTH * HEIGHT));
    expect(detail).toContain(String(WIDTH * HEIGHT - 1));
    expect(await decodeImage(encoded[name], { ...limits, maxPixels: WIDTH * HEIGHT })).toBeDefined();
  });

  function pngWithSize(width: number, height: number): Buffer {
    const bytes = Buffer.from(encoded.png);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  }

  test('a header that claims billions of pixels costs no memory', async () => {
    const webp = await animation('webp');
    webp.writeUIntLE(16_382, 24, 3);
    webp.writeUIntLE(16_382, 27, 3);
    const jpeg = Buffer.from(encoded.jpeg);
    const startOfFrame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt32BE(0xff_dc_ff_dc, startOfFrame + 5);
    const avif = Buffer.from(encoded.avif);
    const extents = avif.indexOf('ispe');
    avif.writeUInt32BE(30_000, extents + 8);
    avif.writeUInt32BE(30_000, extents + 12);
    const before = process.memoryUsage().rss;
    for (const [name, bytes] of Object.entries({ png: pngWithSize(60_000, 60_000), webp, jpeg, avif })) {
      expect([name, (await refusal(bytes)).code]).toEqual([name, 'too_many_pixels']);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('a size hidden from the header is found before it is allocated', async () => {
    const large = await sharp({ create: { width: 3000, height: 3000, channels: 3, background: '#808080' } })
      .avif({ effort: 0 })
      .toBuffer();
    const extents = large.indexOf('ispe');
    large.writeUInt32BE(100, extents + 8);
    large.writeUInt32BE(100, extents + 12);
    expect((await refusal(large)).code).toBe('invalid_image');
  });

  test.each([
    [0, 10],
    [10, 0],
  ])('%i × %i is no image', async (width, height) => {
    expect((await refusal(pngWithSize(width, height))).code).toBe('invalid_image');
  });
});

describe('damage', () => {
  const names = ['jpeg', 'progressive', 'png', 'webp', 'avif', 'gif', 'tiff', 'tiledTiff'] as const;

  test.each(names.flatMap((name) => [1, 30, 60, 90, 99].map((percent) => [name, percent] as const)))(
    '%s cut to %i %%',
    async (name, percent) => {
      const bytes = encoded[name];
      const { code } = await refusal(bytes.subarray(0, (bytes.length * percent) / 100));
      expect(code).toBe('invalid_image');
    },
  );

  test('a JPEG without its end marker', async () => {
    expect((await refusal(encoded.jpeg.subarray(0, -2))).code).toBe('invalid_image');
  });

  test.each(names)('a %s that lost a block in its middle', async (name) => {
    const bytes = encoded[name];
    const middle = bytes.length >> 1;
    const lost = bytes.length >> 3;
    const spliced = Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + lost)]);
    expect((await refusal(spliced)).code).toBe('invalid_image');
  });

  test('stray bytes before a JPEG header segment do no harm', async () => {
    const header = encoded.jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const bytes = Buffer.concat([
      encoded.jpeg.subarray(0, header),
      Buffer.alloc(4),
      encoded.jpeg.subarray(header),
    ]);
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(3);
  });

  test("the wrong scan parameters of Samsung's selfie cameras do no harm", async () => {
    const bytes = Buffer.from(encoded.jpeg);
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
    bytes[scan + 12] = 0; // the end of spectral selection: 63 in a sequential JPEG
    expect(difference((await decodeImage(bytes, limits)).image, picture)).toBeLessThan(3);
  });
});

describe('refusals', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'invalid_image'],
    ['zeros', Buffer.alloc(1000), 'invalid_image'],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), 'invalid_image'],
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'unsupported_format',
    ],
    ['PDF', Buffer.from('%PDF-1.7\n'), 'unsupported_format'],
    ['a lone JPEG magic', Buffer.from([0xff, 0xd8, 0xff]), 'invalid_image'],
    ['SVG behind a GIF magic', Buffer.from('GIF89a<svg width="9" height="9"/>'), 'invalid_image'],
    ['HTML behind a JPEG magic', Buffer.from('\xff\xd8\xff<html></html>', 'latin1'), 'invalid_image'],
  ])('%s', async (_, bytes, code) => {
    expect((await refusal(bytes)).code).toBe(code);
  });

  test('noise behind every magic', async () => {
    for (const bytes of Object.values(encoded)) {
      const copy = Buffer.from(bytes);
      for (let index = 16; index < copy.length; index++) copy[index] = (index * index * 31) >> 4;
      expect((await refusal(copy)).code).toBe('invalid_image');
    }
  });

  test('HEIC is named, with what to send instead', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const { code, detail } = await refusal(heic);
    expect(code).toBe('unsupported_format');
    expect(detail).toMatch(/HEIC.*JPEG/);
  });

  test("the decoder's own words stay in the cause", async () => {
    const { message, detail, cause } = await refusal(encoded.png.subarray(0, 1000));
    expect(String(cause)).toMatch(/png/);
    expect(message).toBe(detail);
    expect(detail).toBe('The PNG file is damaged or truncated.');
  });

  test('the other loaders of libvips are shut', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).metadata()).rejects.toThrow();
  });
});
