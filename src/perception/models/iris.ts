import type { EyeOpenness, EyePair, Iris, Point } from '../../decisions/facts.ts';
import type { Session } from '../runtime/session.ts';
import { type Pyramid, sampleCrop, squareTransform, toImage } from '../sampling.ts';
import { meshIndex } from './facemesh.ts';

const side = 64;
const floatsPerEye = side * side * 3;
const outputsPerEye = 228;

/** The crop's side over the distance of the eye corners, as in MediaPipe's iris graph. */
const margin = 2.3;

/** The net's eye contour: point 0 is the outer corner, 8 the inner one, the lids lie between. */
const outerCorner = 0;
const innerCorner = 8;
const lidPairs = [
  [10, 2],
  [11, 3],
  [12, 4],
  [13, 5],
  [14, 6],
] as const;

/** Behind 71 contour points: the iris' centre, then its right, upper, left and lower edge. */
const irisPoints = 71;

/** What the iris net says of both eyes. */
export interface Eyes {
  readonly iris: EyePair<Iris>;
  readonly openness: EyePair<EyeOpenness>;
}

/**
 * MediaPipe's iris net (Ablavatski et al. 2020, https://arxiv.org/abs/2006.11341): 64×64 RGB in 0..1
 * of one eye, levelled and centred between its corners; 71 contour and 5 iris points in input pixels.
 * It was made for the subject's right eye: the left one goes in mirrored.
 */
export function createIrisNet(session: Session): (pyramid: Pyramid, mesh: Float32Array) => Promise<Eyes> {
  const input = session.inputNames[0] as string;
  const pixels = new Float32Array(2 * floatsPerEye);

  return async (pyramid, mesh) => {
    const regions = (['right', 'left'] as const).map((eye) => eyeRegion(mesh, eye));
    const format = { layout: 'nhwc', order: 'rgb', scale: 1 / 255, offset: 0 } as const;
    regions.forEach((region, index) => {
      const size = { width: side, height: side, mirrored: index === 1 };
      sampleCrop(pyramid, squareTransform(region, side), size, format, pixels, index * floatsPerEye);
    });
    const results = await session.run({ [input]: { data: pixels, dims: [2, side, side, 3] } });
    const raw = Object.values(results)[0] as Float32Array;
    const [right, left] = regions.map((region, index) => {
      const transform = squareTransform(region, side);
      const point = (number: number): Point => {
        const at = index * outputsPerEye + number * 3;
        const x = index === 1 ? side - raw[at]! : raw[at]!;
        return toImage(transform, x, raw[at + 1]!);
      };
      return { iris: readIris(point), lidGap: lidGap(point, index === 1 ? -1 : 1) };
    });
    return {
      iris: { right: right!.iris, left: left!.iris },
      openness: {
        right: { aspectRatio: eyeAspectRatio(mesh, 'right'), lidGap: right!.lidGap },
        left: { aspectRatio: eyeAspectRatio(mesh, 'left'), lidGap: left!.lidGap },
      },
    };
  };
}

function eyeRegion(mesh: Float32Array, eye: 'right' | 'left') {
  const outer = meshPoint(mesh, meshIndex[eye].outerCorner);
  const inner = meshPoint(mesh, meshIndex[eye].innerCorner);
  const right = meshPoint(mesh, meshIndex.right.outerCorner);
  const left = meshPoint(mesh, meshIndex.left.outerCorner);
  return {
    centre: { x: (outer.x + inner.x) / 2, y: (outer.y + inner.y) / 2 },
    side: distance(outer, inner) * margin,
    angle: Math.atan2(left.y - right.y, left.x - right.x),
  };
}

function readIris(point: (index: number) => Point): Iris {
  const centre = point(irisPoints);
  const edges = [1, 2, 3, 4].map((edge) => distance(centre, point(irisPoints + edge)));
  return { centre, radius: edges.reduce((sum, radius) => sum + radius, 0) / edges.length };
}

/**
 * Mean signed distance of the lid pairs across the line between the corners, over that line's length:
 * about 0.3 for an open eye, near 0 for a closed one, scale-free. `side` is +1 for the right eye.
 */
function lidGap(point: (index: number) => Point, side: 1 | -1): number {
  const outer = point(outerCorner);
  const inner = point(innerCorner);
  const length = distance(outer, inner);
  if (length === 0) return 0;
  const across = (from: Point, to: Point): number =>
    ((to.y - from.y) * (inner.x - outer.x) - (to.x - from.x) * (inner.y - outer.y)) / length;
  const gaps = lidPairs.map(([upper, lower]) => across(point(upper), point(lower)));
  return (side * gaps.reduce((sum, gap) => sum + gap, 0)) / gaps.length / length;
}

/** Eye aspect ratio `(|p2−p6| + |p3−p5|) / 2·|p1−p4|` (Soukupová and Čech 2016). */
function eyeAspectRatio(mesh: Float32Array, eye: 'right' | 'left'): number {
  const { outerCorner, innerCorner, upperLid, lowerLid } = meshIndex[eye];
  const width = distance(meshPoint(mesh, outerCorner), meshPoint(mesh, innerCorner));
  const gaps = upperLid.map((upper, index) =>
    distance(meshPoint(mesh, upper), meshPoint(mesh, lowerLid[index]!)),
  );
  return width === 0 ? 0 : (gaps[0]! + gaps[1]!) / 2 / width;
}

function meshPoint(mesh: Float32Array, index: number): Point {
  return { x: mesh[index * 3]!, y: mesh[index * 3 + 1]! };
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
