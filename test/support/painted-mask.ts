import { type FaceFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';

/** A colour in 0..255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Colours that masks often have. */
export const maskColours: Readonly<Record<string, Colour>> = {
  surgical: [150, 190, 215],
  white: [235, 235, 232],
  black: [28, 28, 32],
  red: [150, 35, 45],
};

/**
 * Mesh points along the edge of a mask: over the bridge of the nose, below the eyes, before the ears, along
 * the jaw; the subject's left half, from top to bottom, and their right half back.
 */
const outline = [
  197, 437, 330, 280, 352, 323, 361, 288, 397, 365, 379, 400, 152, 176, 150, 136, 172, 58, 132, 93, 123, 50,
  101, 217,
] as const;

/** Height of the folds that a mask has, as a share of its own height. */
const foldEvery = 0.2;

/**
 * The picture with a mask on this face, flatly: one colour and a few folds. The net was trained on other, richer paint
 * (`training/face-mask`).
 *
 * @param face in pixels of `image`, its mesh measured
 * @throws Error when its mesh was not measured
 */
export function paintMask(image: RgbImage, face: FaceFacts, colour: Colour): RgbImage {
  const mesh = valueIfMeasured(face.mesh);
  if (!mesh) throw new Error('A mask is painted by the mesh, which was not measured.');
  const corners = outline.map((index) => [mesh[index * 3]!, mesh[index * 3 + 1]!] as const);
  const rows = corners.map(([, y]) => y);
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
  const data = Uint8Array.from(image.data);
  for (let y = Math.max(Math.floor(top), 0); y < Math.min(bottom, image.height); y++) {
    const fold = ((y - top) / (bottom - top)) % foldEvery < foldEvery / 8 ? 0.8 : 1;
    for (const [from, to] of spans(corners, y + 0.5))
      for (let x = Math.max(Math.round(from), 0); x < Math.min(to, image.width); x++)
        for (const [channel, value] of colour.entries())
          data[(y * image.width + x) * 3 + channel] = value * fold;
  }
  return { ...image, data };
}

/** From where to where a row lies inside a polygon. */
function spans(corners: readonly (readonly [number, number])[], y: number): [number, number][] {
  const crossings: number[] = [];
  for (const [at, [x1, y1]] of corners.entries()) {
    const [x2, y2] = corners[(at + 1) % corners.length]!;
    if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  }
  crossings.sort((one, other) => one - other);
  return Array.from({ length: crossings.length >> 1 }, (_, pair) => [
    crossings[pair * 2]!,
    crossings[pair * 2 + 1]!,
  ]);
}
