import sharp from 'sharp';
import type { RgbImage } from './image.ts';

/**
 * Quality of the JPEGs this server writes, 0..100: from about 90 on compression leaves the fine structure of
 * skin, paper and screens, by which attacks are told, mostly alone. A judgement.
 */
const QUALITY = 92;

/** A part of a picture as JPEG with full colour resolution and no metadata; `part` in whole pixels, inside it. */
export async function encodeJpeg(
  { width, height, data }: RgbImage,
  part: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const encoded = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract(part)
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
  // A plain array of its own: a Buffer may be a view of a larger pool, all of which would be sent on.
  return new Uint8Array(encoded);
}
