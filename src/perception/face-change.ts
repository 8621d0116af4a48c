import { type FaceChange, type Fact, measured, unavailable } from '../decisions/facts.ts';
import { meshIndex } from './models/facemesh.ts';
import { type Pyramid, type Similarity, sampleCrop } from './sampling.ts';

/** The levelled face: so many pixels wide and high, so many between the outer corners of its eyes. */
const side = 96;
const eyeDistance = side * 0.42;
const eyeLine = side * 0.36;

/** Milliseconds back to the face that `lately` compares with: a blink's eyes were still open then. */
const memory = 250;

/**
 * Mesh points of skin at the height of the eyes: between the brows, the root of the nose, the temples beside
 * the outer corners. A lid leaves them alone; whatever is drawn across both eyes passes over them.
 */
const besidePoints = [168, 6, 197, 8, 35, 143, 31, 265, 372, 261] as const;

/** Mesh points of forehead, cheeks, nose and chin, skin that neither lids nor lips move: they tell the brightness. */
const elsewherePoints = [
  10, 151, 108, 337, 69, 299, 4, 5, 45, 275, 50, 280, 101, 330, 205, 425, 118, 347, 200, 199, 123, 352,
] as const;

/** The colours of a face at fixed places: RGB 0..1 after another. */
interface Colours {
  readonly at: number;
  readonly beside: Float32Array;
  readonly elsewhere: Float32Array;
}

/**
 * Compares the face of each frame with those before. The face is levelled by the outer corners of its eyes;
 * colours are read at mesh points, so that a head that turns and a mouth that speaks change little, and are
 * brought to one brightness, so that a camera that adapts changes nothing.
 */
export function createFaceChange(): (
  pyramid: Pyramid,
  mesh: Fact<Float32Array>,
  milliseconds: number,
) => Fact<FaceChange> {
  let past: readonly Colours[] = [];
  return (pyramid, mesh, milliseconds) => {
    if (mesh.status !== 'measured') {
      past = [];
      return unavailable('not_measurable');
    }
    const now = readColours(pyramid, mesh.value, milliseconds);
    // The oldest that is kept is the one `memory` ago, or the first one while there is none.
    while (past[1] && past[1].at <= milliseconds - memory) past = past.slice(1);
    const [oldest] = past;
    const last = past.at(-1);
    past = [...past, now];
    if (!oldest || !last) return unavailable('not_measurable');
    return measured({ step: compare(last, now), lately: compare(oldest, now) });
  };
}

function readColours(pyramid: Pyramid, mesh: Float32Array, at: number): Colours {
  const pixels = new Float32Array(side * side * 3);
  const format = { layout: 'nhwc', order: 'rgb', scale: 1 / 255, offset: 0 } as const;
  const transform = levelling(mesh);
  sampleCrop(pyramid, transform, { width: side, height: side }, format, pixels);
  const read = (points: readonly number[]) => {
    const colours = new Float32Array(points.length * 3);
    for (const [index, point] of points.entries()) {
      const place = toCrop(transform, mesh[point * 3]!, mesh[point * 3 + 1]!);
      colours.set(patchColour(pixels, place), index * 3);
    }
    return colours;
  };
  return { at, beside: read(besidePoints), elsewhere: read(elsewherePoints) };
}

/** The transform that lays the crop over the face by the outer corners of its eyes. */
function levelling(mesh: Float32Array): Similarity {
  const right = meshIndex.right.outerCorner * 3;
  const left = meshIndex.left.outerCorner * 3;
  const across = mesh[left]! - mesh[right]!;
  const down = mesh[left + 1]! - mesh[right + 1]!;
  const a = across / eyeDistance;
  const b = down / eyeDistance;
  const middle = { x: (mesh[left]! + mesh[right]!) / 2, y: (mesh[left + 1]! + mesh[right + 1]!) / 2 };
  return {
    a,
    b,
    tx: middle.x - a * (side / 2) + b * eyeLine,
    ty: middle.y - b * (side / 2) - a * eyeLine,
  };
}

function toCrop({ a, b, tx, ty }: Similarity, x: number, y: number): readonly [number, number] {
  const square = a * a + b * b;
  return [(a * (x - tx) + b * (y - ty)) / square, (a * (y - ty) - b * (x - tx)) / square];
}

/** The mean colour of 3 × 3 pixels, at the nearest place within the crop. */
function patchColour(pixels: Float32Array, [x, y]: readonly [number, number]): readonly number[] {
  const inside = (value: number) => Math.min(Math.max(Math.floor(value), 1), side - 2);
  const sum = [0, 0, 0];
  for (let row = inside(y) - 1; row <= inside(y) + 1; row++)
    for (let column = inside(x) - 1; column <= inside(x) + 1; column++)
      for (let channel = 0; channel < 3; channel++)
        sum[channel]! += pixels[(row * side + column) * 3 + channel]!;
  return sum.map((value) => value / 9);
}

function compare(before: Colours, now: Colours): number {
  return difference(before.beside, now.beside, brightening(before.elsewhere, now.elsewhere));
}

/** By how much most of the skin became brighter: the median, which a bar across some of it leaves alone. */
function brightening(before: Float32Array, now: Float32Array): number {
  const ratios = Array.from(before, (value, at) => (now[at]! + 0.02) / (value + 0.02));
  return ratios.sort((one, other) => one - other)[ratios.length >> 1]!;
}

function difference(before: Float32Array, now: Float32Array, gain: number): number {
  let sum = 0;
  for (let at = 0; at < now.length; at++) sum += Math.abs(now[at]! - before[at]! * gain);
  return sum / now.length;
}
