import type { ClipContainer } from './sniff-clip.ts';

/**
 * How long a clip says it is, in bytes: where its outermost parts end, each of which states its own length.
 * More than the file holds means that the file was cut off. Demuxers do not tell: they read what is there.
 */
export function declaredLength(bytes: Uint8Array, container: ClipContainer): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengthAt = lengths[container];
  let at = 0;
  // A tail too short for a header is padding.
  while (at + SHORTEST[container] <= bytes.length) at += lengthAt(view, at);
  return at;
}

/** Bytes of the shortest header of a part. */
const SHORTEST: Readonly<Record<ClipContainer, number>> = { mp4: 8, matroska: 2, avi: 8 };

/** Bytes from the start of the part at `at` to the start of the next one, at least 1. */
const lengths: Readonly<Record<ClipContainer, (view: DataView, at: number) => number>> = {
  mp4: boxLength,
  matroska: elementLength,
  avi: chunkLength,
};

/** ISO/IEC 14496-12, 4.2: a 32-bit length; 1: a 64-bit one follows the type; 0: up to the end of the file. */
function boxLength(view: DataView, at: number): number {
  const rest = view.byteLength - at;
  const length = view.getUint32(at);
  if (length !== 1) return length < 8 ? rest : length;
  return rest < 16 ? 16 : Math.max(16, Number(view.getBigUint64(at + 8)));
}

/** RIFF: a length after the four letters, padded to even. Large AVI files are several such chunks. */
function chunkLength(view: DataView, at: number): number {
  const length = view.getUint32(at + 4, true);
  return 8 + length + (length % 2);
}

/** EBML (RFC 8794): where recorders leave a length open, what follows is the first part inside. */
function elementLength(view: DataView, at: number): number {
  const id = readVariable(view, at);
  const { width, value } = readVariable(view, at + id.width);
  return id.width + width + (value ?? 0);
}

/** A variable-size integer (RFC 8794, 4): the zeros before the first one-bit count the bytes that follow. */
function readVariable(view: DataView, at: number): { readonly width: number; readonly value?: number } {
  const first = at < view.byteLength ? view.getUint8(at) : 0;
  const width = Math.clz32(first) - 23;
  if (width > 8 || at + width > view.byteLength) return { width };
  let value = first & (0xff >> width);
  let isOpen = value === 0xff >> width;
  for (let index = 1; index < width; index++) {
    const byte = view.getUint8(at + index);
    value = value * 256 + byte;
    isOpen &&= byte === 0xff;
  }
  return isOpen ? { width } : { width, value };
}
