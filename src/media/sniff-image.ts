/** The formats this server decodes, by their MIME subtypes. HEIC only where libvips has an HEVC decoder. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'heic';

/** What the first bytes of a file say it is: a format we decode, or the name of one we do not. */
export type SniffedFormat = { readonly format: ImageFormat } | { readonly unsupported: string };

/**
 * First bytes as Latin-1 text, `?` is any byte; from the formats' specifications and the MIME Sniffing
 * Standard (mimesniff.spec.whatwg.org, section 6.1).
 */
const signatures: readonly (SniffedFormat & { readonly magic: string })[] = [
  { format: 'jpeg', magic: '\xff\xd8\xff' },
  { format: 'png', magic: '\x89PNG\r\n\x1a\n' },
  { format: 'webp', magic: 'RIFF????WEBP' },
  { format: 'gif', magic: 'GIF87a' },
  { format: 'gif', magic: 'GIF89a' },
  { format: 'tiff', magic: 'II*\0' },
  { format: 'tiff', magic: 'MM\0*' },
  { format: 'tiff', magic: 'II+\0\x08\0\0\0' },
  { format: 'tiff', magic: 'MM\0+\0\x08\0\0' },
  { unsupported: 'BMP', magic: 'BM' },
  { unsupported: 'PDF', magic: '%PDF-' },
  { unsupported: 'JPEG 2000', magic: '\0\0\0\x0cjP  \r\n\x87\n' },
  { unsupported: 'JPEG 2000', magic: '\xff\x4f\xff\x51' },
  { unsupported: 'JPEG XL', magic: '\0\0\0\x0cJXL \r\n\x87\n' },
  { unsupported: 'JPEG XL', magic: '\xff\x0a' },
  { unsupported: 'ICO', magic: '\0\0\x01\0' },
  { unsupported: 'PSD', magic: '8BPS' },
  { unsupported: 'OpenEXR', magic: '\x76\x2f\x31\x01' },
  { unsupported: 'AVI video', magic: 'RIFF????AVI ' },
  { unsupported: 'Matroska or WebM video', magic: '\x1a\x45\xdf\xa3' },
];

/** Bytes that are searched for an `<svg` element and for ISO brands. */
const PREFIX = 1024;

/**
 * Recognises an image by its first bytes; names and MIME types are a stranger's word.
 *
 * @returns `undefined` when they begin like no image we know
 */
export function sniffImage(bytes: Uint8Array): SniffedFormat | undefined {
  const prefix = Buffer.from(bytes.subarray(0, PREFIX)).toString('latin1');
  return signatures.find(({ magic }) => matches(prefix, magic)) ?? sniffIsoMedia(prefix) ?? sniffText(prefix);
}

function matches(prefix: string, magic: string): boolean {
  return (
    [...magic].every((byte, index) => byte === '?' || byte === prefix[index]) && magic.length <= prefix.length
  );
}

/**
 * ISO base media files say what they are by brands, a major one and compatible ones (ISO/IEC 14496-12;
 * `avif`, `avis`: AV1 Image File Format; the others: ISO/IEC 23008-12, annex B).
 */
function sniffIsoMedia(prefix: string): SniffedFormat | undefined {
  if (!prefix.startsWith('ftyp', 4)) return undefined;
  const boxLength = Buffer.from(prefix, 'latin1').readUInt32BE(0);
  const brands = prefix.slice(8, boxLength).match(/[\s\S]{4}/g) ?? [];
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return { format: 'avif' };
  if (brands.some((brand) => /^(he[iv][cmsx]|m[is]f\d)$/.test(brand))) return { format: 'heic' };
  return { unsupported: 'MP4 or QuickTime video' };
}

function sniffText(prefix: string): SniffedFormat | undefined {
  if (/^P[1-7]\s/.test(prefix)) return { unsupported: 'Netpbm (PPM, PGM, PBM)' };
  const isMarkup = /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!doctype svg|svg)/i.test(prefix);
  return isMarkup && /<svg/i.test(prefix) ? { unsupported: 'SVG' } : undefined;
}
