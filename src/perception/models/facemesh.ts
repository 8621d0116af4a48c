import type { Box } from '../../decisions/facts.ts';
import type { Session } from '../runtime/session.ts';
import { type Pyramid, type Square, sampleCrop, squareTransform, toImage } from '../sampling.ts';

const side = 192;

/** Number of mesh points. */
const meshPoints = 468;

/** Mesh points that other files name; sides are the subject's own. */
export const meshIndex = {
  right: { outerCorner: 33, innerCorner: 133, upperLid: [160, 158], lowerLid: [144, 153] },
  left: { outerCorner: 263, innerCorner: 362, upperLid: [387, 385], lowerLid: [373, 380] },
} as const;

/** A face mesh in image pixels, `[x0, y0, z0, …]`, and the net's belief that it is one (0..1). */
export interface FaceMesh {
  readonly points: Float32Array;
  readonly presence: number;
}

/**
 * MediaPipe's face mesh (Kartynnik et al. 2019, https://arxiv.org/abs/1907.06724): 192×192 RGB in
 * 0..1; 468 points in input pixels, depth in the same unit, and a presence that already is a
 * probability.
 */
export function createFaceMesh(session: Session): (pyramid: Pyramid, region: Square) => Promise<FaceMesh> {
  const input = session.inputNames[0] as string;
  const pixels = new Float32Array(side * side * 3);

  return async (pyramid, region) => {
    const transform = squareTransform(region, side);
    const format = { layout: 'nhwc', order: 'rgb', scale: 1 / 255, offset: 0 } as const;
    sampleCrop(pyramid, transform, { width: side, height: side }, format, pixels);
    const results = Object.values(await session.run({ [input]: { data: pixels, dims: [1, side, side, 3] } }));
    const raw = results.find(({ length }) => length === meshPoints * 3) as Float32Array;
    const presence = results.find(({ length }) => length === 1)?.[0] ?? 0;
    const scale = region.side / side;
    const points = new Float32Array(meshPoints * 3);
    for (let at = 0; at < points.length; at += 3) {
      const { x, y } = toImage(transform, raw[at]!, raw[at + 1]!);
      points[at] = x;
      points[at + 1] = y;
      points[at + 2] = raw[at + 2]! * scale;
    }
    return { points, presence };
  };
}

/** MediaPipe's margin around a face: the region's side is 1.5 times the longer side of its box. */
const margin = 1.5;

/** The region to look for a mesh in, from a box and the eyes of a detector. */
export function regionFromBox(box: Box, angle: number): Square {
  return {
    centre: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
    side: Math.max(box.width, box.height) * margin,
    angle,
  };
}

/** The region to look for a mesh in, from an earlier mesh: levelled by its outer eye corners. */
export function regionFromMesh(points: Float32Array): Square {
  const right = meshIndex.right.outerCorner * 3;
  const left = meshIndex.left.outerCorner * 3;
  const angle = Math.atan2(points[left + 1]! - points[right + 1]!, points[left]! - points[right]!);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let at = 0; at < points.length; at += 3) {
    const x = cos * points[at]! + sin * points[at + 1]!;
    const y = cos * points[at + 1]! - sin * points[at]!;
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  const x = (bounds.left + bounds.right) / 2;
  const y = (bounds.top + bounds.bottom) / 2;
  return {
    centre: { x: cos * x - sin * y, y: sin * x + cos * y },
    side: Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top) * margin,
    angle,
  };
}
