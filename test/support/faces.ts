import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { type Box, type FaceFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import { decodeImage } from '../../src/media/decode-image.ts';
import type { RgbImage } from '../../src/media/image.ts';
import type { Perception } from '../../src/perception/engine.ts';

/** One person of a group photograph, cut out with as much surroundings as hold no other face. */
export interface SampleFace {
  /** Where it comes from, `sample5.jpg #2` for instance. */
  readonly name: string;
  /** Even width and height, as video encoders want them. */
  readonly image: RgbImage;
  /** What the engine says of the one face in `image`. */
  readonly face: FaceFacts;
}

/** The photographs of the face-api package that show near-frontal faces of more than 200 pixels. */
const photographs = ['sample3.jpg', 'sample5.jpg', 'sample6.jpg'];

/** The widest crop of the anti-spoof nets in use, in face boxes (Silent-Face's MiniFASNetV1SE). */
const widestCrop = 4;

/**
 * Real faces on a fresh machine: near-frontal, upright and open-eyed people of the group photographs
 * that `@vladmandic/face-api` ships, cut out here and now; the most frontal first. At least six.
 */
export async function loadSampleFaces(perception: Perception): Promise<readonly SampleFace[]> {
  const samples: SampleFace[] = [];
  for (const photograph of photographs) {
    const bytes = readFileSync(photographPath(photograph));
    const { image } = await decodeImage(bytes, { maxPixels: 10e6, maxSide: 1920 });
    const { faces } = await perception.analyseImage(bytes, { measuredFaces: 10 });
    for (const [index, face] of faces.entries()) {
      if (!isFrontal(face)) continue;
      const others = faces.filter((other) => other !== face).map(({ box }) => box);
      const crop = cropImage(image, roomAround(face.box, others, image));
      const found = await perception.analyseImage(await encodeJpeg(crop), { measuredFaces: 1 });
      const [only] = found.faces;
      if (found.faces.length !== 1 || !only || !isFrontal(only)) continue;
      samples.push({ name: `${photograph} #${index}`, image: crop, face: only });
    }
  }
  return samples.sort((one, other) => turnOf(one.face) - turnOf(other.face));
}

/** Encodes pixels as the high-quality JPEG that a camera would send. */
export function encodeJpeg({ width, height, data }: RgbImage): Promise<Buffer> {
  const raw = { width, height, channels: 3 as const };
  return sharp(data, { raw }).jpeg({ quality: 95 }).toBuffer();
}

/** The path of one of the group photographs `sample1.jpg` … `sample6.jpg`. */
export function photographPath(name: string): string {
  const entry = createRequire(import.meta.url).resolve('@vladmandic/face-api');
  return join(dirname(dirname(entry)), 'demo', name);
}

/** Close enough to frontal for a mesh without folds, with both eyes open. */
function isFrontal(face: FaceFacts): boolean {
  const pose = valueIfMeasured(face.pose);
  const eyes = valueIfMeasured(face.eyes);
  if (!pose || !eyes) return false;
  return (
    turnOf(face) < 20 && Math.abs(pose.roll) < 20 && Math.min(eyes.left.lidGap, eyes.right.lidGap) > 0.22
  );
}

/** Degrees away from straight ahead. */
function turnOf(face: FaceFacts): number {
  const pose = valueIfMeasured(face.pose);
  return pose ? Math.hypot(pose.yaw, pose.pitch) : Infinity;
}

/** Four boxes around a face, less what lies outside the image or beyond a cut that frees it of a face. */
function roomAround(face: Box, others: readonly Box[], image: RgbImage): Box {
  const around = grow(face, (widestCrop - 1) / 2);
  let left = Math.max(Math.ceil(around.x), 0);
  let top = Math.max(Math.ceil(around.y), 0);
  let right = Math.min(Math.floor(around.x + around.width), image.width);
  let bottom = Math.min(Math.floor(around.y + around.height), image.height);
  for (const other of others) {
    // A quarter of a box more holds the chin and the brow, which the detector's box leaves out.
    const { x, y, width, height } = grow(other, 0.25);
    if (x >= right || y >= bottom || x + width <= left || y + height <= top) continue;
    const sideways = Math.abs(other.x - face.x) > Math.abs(other.y - face.y);
    if (sideways && other.x > face.x) right = Math.floor(x);
    else if (sideways) left = Math.ceil(x + width);
    else if (other.y > face.y) bottom = Math.floor(y);
    else top = Math.ceil(y + height);
  }
  return { x: left, y: top, width: (right - left) & ~1, height: (bottom - top) & ~1 };
}

/** A box with `share` of its width and height added on every side. */
function grow({ x, y, width, height }: Box, share: number): Box {
  return {
    x: x - share * width,
    y: y - share * height,
    width: width * (1 + 2 * share),
    height: height * (1 + 2 * share),
  };
}

function cropImage(image: RgbImage, { x, y, width, height }: Box): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}
