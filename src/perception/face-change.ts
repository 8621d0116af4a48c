import { type FaceChange, type Fact, measured, unavailable } from '../decisions/facts.ts';
import { meshIndex } from './models/facemesh.ts';
import { type Pyramid, type Similarity, sampleCrop } from './sampling.ts';

/** The aligned face: so many pixels wide and high, the eyes a third of the way down. */
const side = 64;
const eyeDistance = side * 0.42;
const eyeLine = side * 0.36;

/** Rows about the eye line that belong to the eyes. */
const eyeRows = { first: Math.round(eyeLine - side * 0.1), last: Math.round(eyeLine + side * 0.1) };

/**
 * Compares the face of each frame with that of the frame before: both are brought to one position by the
 * outer corners of their eyes, to grey levels of equal mean, and subtracted.
 */
export function createFaceChange(): (pyramid: Pyramid, mesh: Fact<Float32Array>) => Fact<FaceChange> {
  let before: Float32Array | undefined;
  return (pyramid, mesh) => {
    const now = mesh.status === 'measured' ? alignedFace(pyramid, mesh.value) : undefined;
    const change = now && before ? measured(compare(before, now)) : unavailable('not_measurable');
    before = now;
    return change;
  };
}

function alignedFace(pyramid: Pyramid, mesh: Float32Array): Float32Array {
  const pixels = new Float32Array(side * side * 3);
  const format = { layout: 'nhwc', order: 'rgb', scale: 1 / 255, offset: 0 } as const;
  sampleCrop(pyramid, alignment(mesh), { width: side, height: side }, format, pixels);
  const grey = new Float32Array(side * side);
  let sum = 0;
  for (let at = 0; at < grey.length; at++) {
    grey[at] = (pixels[at * 3]! + pixels[at * 3 + 1]! + pixels[at * 3 + 2]!) / 3;
    sum += grey[at]!;
  }
  const mean = sum / grey.length;
  return grey.map((value) => value - mean);
}

/** The transform that lays the crop over the face by the outer corners of its eyes. */
function alignment(mesh: Float32Array): Similarity {
  const right = meshIndex.right.outerCorner * 3;
  const left = meshIndex.left.outerCorner * 3;
  const across = mesh[left]! - mesh[right]!;
  const down = mesh[left + 1]! - mesh[right + 1]!;
  const a = across / (2 * eyeDistance);
  const b = down / (2 * eyeDistance);
  const middle = { x: (mesh[left]! + mesh[right]!) / 2, y: (mesh[left + 1]! + mesh[right + 1]!) / 2 };
  return {
    a,
    b,
    tx: middle.x - a * (side / 2) + b * eyeLine,
    ty: middle.y - b * (side / 2) - a * eyeLine,
  };
}

function compare(before: Float32Array, now: Float32Array): FaceChange {
  let [eyes, elsewhere] = [0, 0];
  for (let at = 0; at < now.length; at++) {
    const row = Math.floor(at / side);
    const difference = Math.abs(now[at]! - before[at]!);
    if (row >= eyeRows.first && row < eyeRows.last) eyes += difference;
    else elsewhere += difference;
  }
  const eyePixels = (eyeRows.last - eyeRows.first) * side;
  return { eyes: eyes / eyePixels, elsewhere: elsewhere / (now.length - eyePixels) };
}
