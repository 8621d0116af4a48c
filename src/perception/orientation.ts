import type { Box, FaceFacts, Fact, Point } from '../decisions/facts.ts';
import type { RgbImage } from '../media/image.ts';

/** How many quarter turns clockwise an image was given to stand upright. */
export type QuarterTurns = 0 | 1 | 2 | 3;

/** Turns an image clockwise. */
export function turnImage(image: RgbImage, turns: QuarterTurns): RgbImage {
  if (turns === 0) return image;
  const { width, height, data } = image;
  const turned = new Uint8Array(data.length);
  const [newWidth, newHeight] = turns === 2 ? [width, height] : [height, width];
  // Where the turned image's first pixel came from, and the steps to its right and lower neighbours.
  const [start, right, down] = {
    1: [(height - 1) * width, -width, 1],
    2: [width * height - 1, -1, -width],
    3: [width - 1, width, -1],
  }[turns] as [number, number, number];
  let at = 0;
  for (let y = 0; y < newHeight; y++) {
    let from = (start + y * down) * 3;
    for (let x = 0; x < newWidth; x++, from += right * 3) {
      turned[at++] = data[from]!;
      turned[at++] = data[from + 1]!;
      turned[at++] = data[from + 2]!;
    }
  }
  return { width: newWidth, height: newHeight, data: turned };
}

/**
 * Moves a face from the turned and shrunk image it was measured in back into the sender's.
 *
 * @param size of the turned image
 * @param scale sender's pixels for each pixel of the turned image
 */
export function restoreFace(
  face: FaceFacts,
  size: { readonly width: number; readonly height: number },
  turns: QuarterTurns,
  scale: number,
): FaceFacts {
  const restore = (x: number, y: number): Point => {
    const point = {
      0: { x, y },
      1: { x: y, y: size.width - x },
      2: { x: size.width - x, y: size.height - y },
      3: { x: size.height - y, y: x },
    }[turns];
    return { x: point.x * scale, y: point.y * scale };
  };
  return {
    ...face,
    box: restoreBox(face.box, restore),
    mesh: mapFact(face.mesh, (mesh) => restoreMesh(mesh, restore, scale)),
    iris: mapFact(face.iris, ({ left, right }) => ({
      left: { centre: restore(left.centre.x, left.centre.y), radius: left.radius * scale },
      right: { centre: restore(right.centre.x, right.centre.y), radius: right.radius * scale },
    })),
    pose: mapFact(face.pose, (pose) => ({ ...pose, roll: wrapDegrees(pose.roll - 90 * turns) })),
  };
}

function restoreBox(box: Box, restore: (x: number, y: number) => Point): Box {
  const one = restore(box.x, box.y);
  const other = restore(box.x + box.width, box.y + box.height);
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}

function restoreMesh(
  mesh: Float32Array,
  restore: (x: number, y: number) => Point,
  scale: number,
): Float32Array {
  const restored = new Float32Array(mesh.length);
  for (let at = 0; at < mesh.length; at += 3) {
    const { x, y } = restore(mesh[at]!, mesh[at + 1]!);
    restored[at] = x;
    restored[at + 1] = y;
    restored[at + 2] = mesh[at + 2]! * scale;
  }
  return restored;
}

function mapFact<T>(fact: Fact<T>, change: (value: T) => T): Fact<T> {
  return fact.status === 'measured' ? { status: 'measured', value: change(fact.value) } : fact;
}

function wrapDegrees(angle: number): number {
  return ((((angle + 180) % 360) + 360) % 360) - 180;
}
