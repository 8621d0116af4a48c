import { reduceByArea } from '../resizing.ts';
import type { Session } from '../runtime/session.ts';
import { type AntiSpoofNet, shiftedRectangle } from './minifasnet.ts';

/** Its name in the registry, by which decisions know that it is experimental. */
export const bonafideAntiSpoof = 'bonafide-antispoof';

/** Width and height of the net's input in pixels. */
export const antiSpoofCropSide = 96;

/** The crop's size over the face's. */
const cropScale = 2.7;

/**
 * Our own net (`training/anti-spoof`, `assets/models/anti-spoof.md`): the crop of MiniFASNet V2, the box's own shape kept,
 * reduced by area to 96×96 RGB in -1..1; one log-odds of a bona fide presentation out, not calibrated.
 */
export function createBonafideAntiSpoofNet(session: Session): AntiSpoofNet {
  const side = antiSpoofCropSide;
  return async (image, box) => {
    const pixels = reduceByArea(image, shiftedRectangle(image, box, cropScale), side, side);
    const { logit: logits } = await session.run({
      crop: { data: toPlanes(pixels), dims: [1, 3, side, side] },
    });
    const logit = logits?.[0] ?? Number.NaN;
    return { live: 1 / (1 + Math.exp(-logit)), logit };
  };
}

/** Interleaved RGB, 0..255, to three planes of (value − 127.5) / 127.5. */
function toPlanes(pixels: Float32Array): Float32Array {
  const planes = new Float32Array(pixels.length);
  const plane = pixels.length / 3;
  for (let at = 0; at < plane; at++)
    for (let channel = 0; channel < 3; channel++)
      planes[channel * plane + at] = (pixels[at * 3 + channel]! - 127.5) / 127.5;
  return planes;
}
