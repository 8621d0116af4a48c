/** The containers this server reads; QuickTime counts as MP4, WebM as Matroska: they share a demuxer. */
export type ClipContainer = 'mp4' | 'matroska' | 'avi';

/** Boxes a QuickTime or MP4 file begins with (ISO/IEC 14496-12; QuickTime File Format, "Overview"). */
const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp'];

/** ISO base media brands of still pictures and their sequences (ISO/IEC 23008-12, AV1 Image File Format). */
const STILL_BRANDS = /^(avi[fs]|he[iv][cmsx]|m[is]f\d)$/;

/**
 * Recognises a clip by its first bytes; names and MIME types are a stranger's word.
 *
 * @returns `undefined` when they begin like no clip we know
 */
export function sniffClip(bytes: Uint8Array): ClipContainer | undefined {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (text(0, 4) === '\x1a\x45\xdf\xa3') return 'matroska';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'AVI ') return 'avi';
  const box = text(4, 8);
  const isStill = box === 'ftyp' && STILL_BRANDS.test(text(8, 12));
  return FIRST_BOXES.includes(box) && !isStill ? 'mp4' : undefined;
}
