import type { Box, Point } from '../decisions/facts.ts';
import { type Pyramid, type Similarity, type Square, toImage } from './sampling.ts';

/** A face as a detector sees it, in image pixels. */
export interface Detection {
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  /** The subject's own right eye (on the image's left in an upright, unmirrored frame). */
  readonly rightEye: Point;
  readonly leftEye: Point;
}

/** A face detector: looks at one square view of an image. */
export interface Detector {
  /** Height of the smallest face it finds dependably, as a share of the view's side. */
  readonly smallestFace: number;
  detect(pyramid: Pyramid, view: Square): Promise<Detection[]>;
}

/** Moves an upright rectangle of a view into the image; views are turned by quarter turns only. */
export function boxToImage(transform: Similarity, box: Box): Box {
  const one = toImage(transform, box.x, box.y);
  const other = toImage(transform, box.x + box.width, box.y + box.height);
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(other.x - one.x),
    height: Math.abs(other.y - one.y),
  };
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (one.width * one.height + other.width * other.height - shared);
}

/** Boxes that overlap more than this show one face (OpenCV's and MediaPipe's limit is 0.3 too). */
const maximumOverlap = 0.3;

/** A face inside the box of another is its own only when it is this small beside it, in area. */
const ownFaceShare = 0.15;

/** Greedy non-maximum suppression: of the boxes that show one face, the one with the best score stays. */
export function suppressDuplicates(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of [...detections].sort((one, other) => other.score - one.score)) {
    if (!kept.some((better) => sameFace(better.box, candidate.box))) kept.push(candidate);
  }
  return kept;
}

/** Whether two boxes show one face: they overlap, or one lies about the middle of the other. */
function sameFace(one: Box, other: Box): boolean {
  if (overlap(one, other) > maximumOverlap) return true;
  const [smaller, larger] = area(one) < area(other) ? [one, other] : [other, one];
  return area(smaller) > ownFaceShare * area(larger) && holdsCentre(larger, smaller);
}

/** Whether the centre of `inner` lies in `outer`. */
export function holdsCentre(outer: Box, inner: Box): boolean {
  const across = inner.x + inner.width / 2 - outer.x;
  const down = inner.y + inner.height / 2 - outer.y;
  return across > 0 && across < outer.width && down > 0 && down < outer.height;
}

/** In square pixels. */
export function area({ width, height }: Box): number {
  return width * height;
}
