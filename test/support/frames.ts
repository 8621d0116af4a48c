import sharp from 'sharp';
import type { SampleFace } from './faces.ts';

/** The person on a grey frame, as JPEG: their face box in its middle and `share` of its height high. */
export async function onFrame({ image, face }: SampleFace, width: number, height: number, share: number) {
  const scale = (share * height) / face.box.height;
  const [w, h] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const left = Math.round(width / 2 - (face.box.x + face.box.width / 2) * scale);
  const top = Math.round(height / 2 - (face.box.y + face.box.height / 2) * scale);
  const visible = {
    left: Math.max(-left, 0),
    top: Math.max(-top, 0),
    width: Math.min(w + Math.min(left, 0), width - Math.max(left, 0)),
    height: Math.min(h + Math.min(top, 0), height - Math.max(top, 0)),
  };
  const scaled = await sharp(image.data, raw(image)).resize(w, h, { fit: 'fill' }).png().toBuffer();
  const input = await sharp(scaled).extract(visible).png().toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#777777' } })
    .composite([{ input, left: Math.max(left, 0), top: Math.max(top, 0) }])
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** The person's picture turned clockwise by degrees, as JPEG. */
export function turned(degrees: number, { image }: SampleFace): Promise<Buffer> {
  return sharp(image.data, raw(image))
    .rotate(degrees, { background: '#777777' })
    .jpeg({ quality: 95 })
    .toBuffer();
}

function raw({ width, height }: SampleFace['image']) {
  return { raw: { width, height, channels: 3 as const } };
}
