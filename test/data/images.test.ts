import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BonafideError } from '../../src/errors.ts';
import { decodeImage, restrictImageLibrary } from '../../src/media/decode-image.ts';

/** The hard inputs: orientations, CMYK, alpha, animations, damage, decompression bombs. */
const folder = join(import.meta.dirname, '../../../shared/data/D');
const limits = { maxPixels: 40_000_000, maxSide: 1920 };

beforeAll(restrictImageLibrary);

/** What became of a file: its upright size, or the error's code. */
async function outcome(path: string): Promise<string> {
  try {
    const { image, width, height, format } = await decodeImage(readFileSync(join(folder, path)), limits);
    expect(image.data.length).toBe(image.width * image.height * 3);
    expect(Math.max(image.width, image.height)).toBe(Math.min(limits.maxSide, Math.max(width, height)));
    return `${format} ${width}x${height}`;
  } catch (error) {
    expect(error, path).toBeInstanceOf(BonafideError);
    return (error as BonafideError).code;
  }
}

/** Mean absolute difference of two pictures of one size, in grey levels; a wrong orientation makes tens. */
async function difference(path: string, reference: string): Promise<number> {
  const [a, b] = await Promise.all(
    [path, reference].map(
      async (name) => (await decodeImage(readFileSync(join(folder, name)), limits)).image,
    ),
  );
  expect([a!.width, a!.height]).toEqual([b!.width, b!.height]);
  return a!.data.reduce((sum, value, index) => sum + Math.abs(value - b!.data[index]!), 0) / a!.data.length;
}

test('every hard input decodes or is refused for a reason, in little memory', async () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(400);
  const before = process.resourceUsage().maxRSS;
  const counts = new Map<string, number>();
  for (const { parentPath, name } of files) {
    const result = await outcome(join(parentPath, name).slice(folder.length + 1));
    const kind = result.includes(' ') ? 'decoded' : result;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([
    'decoded',
    'invalid_image',
    'too_many_pixels',
    'unsupported_format',
  ]);
  expect(counts.get('decoded')).toBeGreaterThan(340);
  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(400);
});

test.each([
  ['libheif/examples/example.avif', 'avif 800x533'],
  ['libvips/avif-orientation-6.avif', 'avif 3024x4032'],
  ['libvips/cogs.gif', 'gif 85x77'],
  ['libvips/big-height.webp', 'webp 13x169'],
  ['libvips/looks-like-svg.webp', 'webp 256x256'],
  ['libvips/sample-xyb.jpg', 'jpeg 290x442'],
  ['pillow/jpeg_ff00_header.jpg', 'jpeg 300x225'], // stray bytes before a header segment
  ['pillow/junk_jpeg_header.jpg', 'jpeg 1024x768'],
  ['pillow/broken_exif_dpi.jpg', 'jpeg 100x100'],
  ['pillow/pil_sample_cmyk.jpg', 'jpeg 100x100'],
  ['pillow/png_decompression_dos.png', 'png 1x1'], // a text chunk that inflates to gigabytes
  ['sharp/Landscape_6.jpg', 'jpeg 600x450'],
  ['sharp/Portrait_8.jpg', 'jpeg 450x600'],
  ['sharp/16-bit-grey-alpha.png', 'png 109x96'],
  ['sharp/bonne.geo.tif', 'tiff 200x200'], // a text tag without its final zero
  ['sharp/Channel_digital_image_CMYK_color_no_profile.jpg', 'jpeg 500x333'],
])('%s decodes', async (path, expected) => {
  expect(await outcome(path)).toBe(expected);
});

test.each([
  ['sharp/65536-uint32-limit.png', 'too_many_pixels'],
  ['libvips/17000x17000.avif', 'too_many_pixels'],
  ['libvips/truncated.jpg', 'invalid_image'],
  ['libvips/truncated.gif', 'invalid_image'],
  ['libvips/invalid_multiframe.gif', 'invalid_image'],
  ['pillow/broken_data_stream.png', 'invalid_image'],
  ['pillow/truncated_image.png', 'invalid_image'],
  ['pillow/ultrahdr.jpg', 'invalid_image'], // its headers stand, its picture was cut off
  ['pillow/zero_width.gif', 'invalid_image'],
  ['sharp/corrupt-header.jpg', 'invalid_image'],
  ['sharp/check.svg', 'unsupported_format'],
  ['sharp/relax.jp2', 'unsupported_format'],
  ['pillow/hopper.bmp', 'unsupported_format'],
  ['libvips/rgba-correct.ppm', 'unsupported_format'],
  ['libheif/fuzzing/data/corpus/colors-no-alpha.heic', 'unsupported_format'],
])('%s is refused: %s', async (path, expected) => {
  expect(await outcome(path)).toBe(expected);
});

describe('one picture, many files', () => {
  const orientations = [2, 3, 4, 5, 6, 7, 8];

  test.each([
    ...orientations.map((n) => [`sharp/Landscape_${n}.jpg`, 'sharp/Landscape_1.jpg', 8] as const),
    ...orientations.map((n) => [`sharp/Portrait_${n}.jpg`, 'sharp/Portrait_1.jpg', 8] as const),
    ['pillow/pil_sample_cmyk.jpg', 'pillow/pil_sample_rgb.jpg', 6],
    ['libvips/sample-xyb.jpg', 'libvips/sample.jpg', 3],
    ['pillow/hopper.webp', 'pillow/hopper.png', 6],
    ['pillow/hopper.gif', 'pillow/hopper.png', 6],
    ['sharp/Flag_of_the_Netherlands-16bit.png', 'sharp/Flag_of_the_Netherlands.png', 1],
  ] as const)('%s shows what %s shows', async (path, reference, tolerance) => {
    expect(await difference(path, reference)).toBeLessThan(tolerance);
  });
});
