import type { AntiSpoofScore, Box } from '../../decisions/facts.ts';
import type { RgbImage } from '../../media/image.ts';
import { type PixelRectangle, reduceByArea, resizeBilinear } from '../resizing.ts';
import type { Session } from '../runtime/session.ts';

/** How one net of the MiniFASNet family wants its crop and states its answer. */
export interface MiniFasNetRecipe {
  /** The crop's size over the face's. */
  readonly cropScale: number;
  /**
   * `shifted`: Silent-Face's box-shaped crop, shifted back inside the image, resized bilinearly;
   * `square`: a square on the face, mirrored at the image's border, reduced by area.
   */
  readonly crop: 'shifted' | 'square';
  readonly order: 'bgr' | 'rgb';
  /** Input value of a byte of 255. */
  readonly white: 1 | 255;
  /** Which logit stands for a bona fide presentation; the others are attacks. */
  readonly liveClass: number;
}

/** An anti-spoof net: scores the face in `box` of an upright image. */
export type AntiSpoofNet = (image: RgbImage, box: Box) => Promise<AntiSpoofScore>;

/**
 * A net of the MiniFASNet family (Silent-Face-Anti-Spoofing, Minivision 2020,
 * https://github.com/minivision-ai/Silent-Face-Anti-Spoofing): a square crop in, one logit a class out.
 */
export function createMiniFasNet(session: Session, recipe: MiniFasNetRecipe): AntiSpoofNet {
  const input = session.inputNames[0] as string;
  const output = session.outputNames[0] as string;
  const side = session.inputShapes[input]?.[3] ?? 0;
  const cropAndResize = recipe.crop === 'shifted' ? shiftedCrop : squareCrop;
  return async (image, box) => {
    const pixels = cropAndResize(image, box, recipe.cropScale, side);
    const data = toPlanes(pixels, side, recipe);
    const results = await session.run({ [input]: { data, dims: [1, 3, side, side] } });
    return readLogits(results[output] as Float32Array, recipe.liveClass);
  };
}

/** Softmax, and the log-odds of live against all attacks, from the raw logits. */
export function readLogits(logits: Float32Array, liveClass: number): AntiSpoofScore {
  const attacks = Array.from(logits).filter((_, index) => index !== liveClass);
  const highest = Math.max(...attacks);
  const attack = highest + Math.log(attacks.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
  const logit = logits[liveClass]! - attack;
  return { live: 1 / (1 + Math.exp(-logit)), logit };
}

function shiftedCrop(image: RgbImage, box: Box, scale: number, side: number): Float32Array {
  return resizeBilinear(image, shiftedRectangle(image, box, scale), side, side);
}

/**
 * Silent-Face's crop rule (`src/generate_patches.py` there): the scale is limited so that the crop
 * fits into the image, the scaled box is centred on the face and shifted back inside, corners are
 * truncated to integers and the last row and column belong to the crop.
 */
export function shiftedRectangle({ width, height }: RgbImage, box: Box, wanted: number): PixelRectangle {
  const face = {
    x: Math.trunc(box.x),
    y: Math.trunc(box.y),
    width: Math.max(Math.trunc(box.width), 1),
    height: Math.max(Math.trunc(box.height), 1),
  };
  const scale = Math.min((height - 1) / face.height, (width - 1) / face.width, wanted);
  const [left, right] = shiftInside(face.x + face.width / 2, face.width * scale, width - 1);
  const [top, bottom] = shiftInside(face.y + face.height / 2, face.height * scale, height - 1);
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function shiftInside(centre: number, length: number, last: number): [number, number] {
  let start = centre - length / 2;
  let end = centre + length / 2;
  if (start < 0) [start, end] = [0, end - start];
  if (end > last) [start, end] = [start - (end - last), last];
  return [Math.max(Math.trunc(start), 0), Math.trunc(end)];
}

function squareCrop(image: RgbImage, box: Box, scale: number, side: number): Float32Array {
  const length = Math.max(Math.trunc(Math.max(box.width, box.height) * scale), 1);
  const rectangle = {
    x: Math.trunc(box.x + box.width / 2 - length / 2),
    y: Math.trunc(box.y + box.height / 2 - length / 2),
    width: length,
    height: length,
  };
  return reduceByArea(image, rectangle, side, side);
}

/** Interleaved RGB bytes to three planes in the net's order and scale. */
function toPlanes(pixels: Float32Array, side: number, { order, white }: MiniFasNetRecipe): Float32Array {
  const plane = side * side;
  const planes = new Float32Array(plane * 3);
  for (let at = 0; at < plane; at++)
    for (let channel = 0; channel < 3; channel++) {
      const target = order === 'rgb' ? channel : 2 - channel;
      planes[target * plane + at] = (pixels[at * 3 + channel]! * white) / 255;
    }
  return planes;
}
