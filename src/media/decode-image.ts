import sharp, { type Metadata } from 'sharp';
import { BonafideError } from '../errors.ts';
import type { RgbImage } from './image.ts';
import { type ImageFormat, sniffImage } from './sniff-image.ts';

/** What a picture may cost. */
export interface ImageLimits {
  /** Width times height that is accepted, read from the header before anything is decoded. */
  readonly maxPixels: number;
  /** Longest side of the decoded picture in pixels; larger ones are shrunk, smaller ones never grow. */
  readonly maxSide: number;
}

/** A still picture, or the first frame of an animated one. */
export interface DecodedImage {
  /** Upright (EXIF orientation applied), sRGB, its longest side at most `maxSide`. */
  readonly image: RgbImage;
  /** Size in pixels of the upright original, before it was shrunk. */
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/** Transparent pixels become white, as on the page of a document or a browser. */
const BACKGROUND = '#ffffff';

/**
 * Longest time from the first decoded row to the last, in seconds; libvips looks at the clock between
 * rows only, so the deadline of the perception pool stands behind it. The slowest 40-megapixel files we
 * could make (AVIF, 16-bit interlaced PNG) took less than three.
 */
const DECODE_SECONDS = 10;

/**
 * Complaints of the decoders that cost no pixel: libtiff's and libpng's about metadata, and libjpeg's but
 * for its "Corrupt JPEG data". Of those, stray bytes are harmless before a header segment (0xc0 a frame,
 * 0xdb a table, 0xe1 EXIF, …); before the markers that also stand between and after scans, pixels may be
 * lost. (Samsung's selfie cameras write "Invalid SOS parameters": github.com/lovell/sharp/issues/1578.)
 */
const HARMLESS =
  /^Warning treated as error|^VipsJpeg: (?!Corrupt JPEG data: )|extraneous bytes before marker 0x(c[012]|db|dd|e.|fe)|bad ICC marker/;

/**
 * Shuts every door of libvips but the six decoders of `decodeImage`, and turns off its cache and threads
 * (jobs come one at a time, parallelism from processes). Defence in depth behind `sniffImage`. It holds for
 * the whole process, files and SVG drawings included: call it where a perception process starts.
 */
export function restrictImageLibrary(): void {
  const loaders = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif', 'Tiff'];
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders.map((loader) => `VipsForeignLoad${loader}Buffer`) });
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Decodes a picture of unknown origin to upright 8-bit sRGB, whatever its depth, channels and profile.
 * Of an animation the first frame counts, of a multi-page file the primary page.
 *
 * A truncated file is refused, even one that lacks only JPEG's end marker: what else it lost is unknown.
 *
 * @param bytes the encoded file, untouched; the format is read from them
 * @throws BonafideError `unsupported_format`, `invalid_image`, `too_many_pixels`, or `deadline_exceeded`
 *   for a file that decodes endlessly; the decoder's own words are only in `cause`
 */
export async function decodeImage(bytes: Uint8Array, limits: ImageLimits): Promise<DecodedImage> {
  const format = recognise(bytes);
  try {
    const header = await readHeader(bytes, limits.maxPixels);
    const image = await decodeStrictly(bytes, header, limits);
    return { image, ...header.autoOrient, format };
  } catch (error) {
    throw refusal(error, format);
  }
}

function recognise(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new BonafideError('invalid_image', 'The image is empty.');
  const sniffed = sniffImage(bytes);
  if (!sniffed) throw new BonafideError('invalid_image', 'The file begins like no image.');
  if ('format' in sniffed) return sniffed.format;
  throw new BonafideError(
    'unsupported_format',
    `${sniffed.unsupported} is not supported: send JPEG, PNG, WebP, AVIF, GIF or TIFF.`,
  );
}

/** Libvips opens a file without decoding it: no pixel is allocated before the size is known and accepted. */
async function readHeader(bytes: Uint8Array, maxPixels: number): Promise<Metadata> {
  const header = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw new BonafideError(
      'too_many_pixels',
      `The image has ${width} × ${height} = ${width * height} pixels; this server accepts ${maxPixels}.`,
    );
  }
  return header;
}

/** The strictest level finds most damage but also refuses good files for their metadata: those get the next. */
async function decodeStrictly(bytes: Uint8Array, header: Metadata, limits: ImageLimits): Promise<RgbImage> {
  try {
    return await decode(bytes, header, limits, 'warning');
  } catch (error) {
    if (error instanceof Error && HARMLESS.test(error.message)) {
      return decode(bytes, header, limits, 'error');
    }
    throw error;
  }
}

async function decode(
  bytes: Uint8Array,
  header: Metadata,
  { maxPixels, maxSide }: ImageLimits,
  failOn: 'warning' | 'error',
): Promise<RgbImage> {
  const pipeline = sharp(bytes, { failOn, limitInputPixels: maxPixels, autoOrient: true })
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: BACKGROUND })
    .toColourspace('srgb')
    .timeout({ seconds: DECODE_SECONDS });
  // Sharp carries deep pictures that have a profile through Display P3 and would stop there.
  if (header.space === 'rgb16' && header.hasProfile) pipeline.withIccProfile('srgb');
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function refusal(cause: unknown, format: ImageFormat): BonafideError {
  if (cause instanceof BonafideError) return cause;
  if (cause instanceof Error && cause.message.includes('timeout: ')) {
    return new BonafideError('deadline_exceeded', 'The image takes too long to decode.', { cause });
  }
  if (format === 'heic') {
    return new BonafideError(
      'unsupported_format',
      'HEIC images are not supported here: send JPEG, PNG, WebP or AVIF instead.',
      {
        cause,
      },
    );
  }
  return new BonafideError('invalid_image', `The ${format.toUpperCase()} file is damaged or truncated.`, {
    cause,
  });
}
