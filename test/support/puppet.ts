import Delaunator from 'delaunator';
import { type EyePair, type FaceFacts, type Pose, valueIfMeasured } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';
import type { Rotation } from '../../src/perception/rigid-fit.ts';
import { mapTriangles } from './texture-map.ts';

/** How to move a face; what is left out stays as it is in the picture. */
export interface PuppetMove extends Partial<Pose> {
  /** 0: as open as in the picture; 1: closed. One number moves both eyes. */
  readonly eyeClosure?: number | EyePair<number>;
  /** Pixels to the image's right, at most about a tenth of the face's width. */
  readonly shiftX?: number;
  /** Size of the head, 1 as in the picture; 0.8 to 1.25 look well. */
  readonly scale?: number;
}

/** A face picture that moves. */
export interface Puppet {
  /** A new picture of the same size. Yaw, pitch and roll, in degrees, add to those of the picture. */
  render(move: PuppetMove): RgbImage;
}

/** Mesh points around the face, from the top of the forehead to the subject's left and around. */
const faceOval = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149,
  150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** Mesh points beside the subject's right and left ear: the head turns about their middle. */
const ears = [234, 454] as const;

/**
 * Rows of mesh points around an eye, between its corners, and the share of a closing lid's way that each
 * goes: the skin between brow and crease stretches, so that lashes and lid keep their width, as in life.
 */
const lidRows = {
  right: [
    { follow: 1, points: [246, 161, 160, 159, 158, 157, 173] },
    { follow: 0.85, points: [247, 30, 29, 27, 28, 56, 190] },
    { follow: 0.5, points: [113, 225, 224, 223, 222, 221, 189] },
  ],
  left: [
    { follow: 1, points: [466, 388, 387, 386, 385, 384, 398] },
    { follow: 0.85, points: [467, 260, 259, 257, 258, 286, 414] },
    { follow: 0.5, points: [342, 445, 444, 443, 442, 441, 413] },
  ],
} as const;

/** The edge of the lower lid, where the upper one (the first row above) comes to rest. */
const lowerLid = {
  right: [7, 163, 144, 145, 153, 154, 155],
  left: [249, 390, 373, 374, 380, 381, 382],
} as const;

/**
 * Rings of points around the face, as multiples of its oval: the share of the head's movement that they
 * follow (hair and ears move with it, the surroundings less and less), and of the oval's depth in front of
 * the ears that they keep, for the skull is round.
 */
const rings = [
  { size: 1.15, follow: 0.95, depth: 0.7 },
  { size: 1.35, follow: 0.75, depth: 0.3 },
  { size: 1.6, follow: 0.45, depth: 0 },
  { size: 2, follow: 0.15, depth: 0 },
  { size: 2.5, follow: 0, depth: 0 },
] as const;

/** Pixels from the head's centre that no picture reaches. */
const far = 10_000;

/** Points in space, flat `[x0, y0, z0, …]`, in pixels. */
type Points = Float64Array;

/**
 * Makes a face picture move: its mesh is turned in space, and the picture is stretched over it. Good for
 * about 30 degrees each way: what the picture does not show (the far cheek) can only be smeared.
 *
 * @param face the engine's facts of a near-frontal face in `image`, in pixels of `image`
 * @throws Error when its mesh or pose were not measured
 */
export function createPuppet(image: RgbImage, face: FaceFacts): Puppet {
  const mesh = valueIfMeasured(face.mesh);
  const own = valueIfMeasured(face.pose);
  if (!mesh || !own) throw new Error('A puppet needs the mesh and the pose of its face.');
  const centre = [0, 1, 2].map((axis) => (mesh[ears[0] * 3 + axis]! + mesh[ears[1] * 3 + axis]!) / 2);
  const seen = Float64Array.from(mesh, (value, at) => value - centre[at % 3]!);
  const { head, follow } = surround(rotate(seen, transpose(poseRotation(own))));
  const place = (points: Points, pose: Pose): Points =>
    rotate(points, poseRotation(pose)).map((value, at) => value + centre[at % 3]!);
  const picture = place(head, own);
  const pictureXy = dropDepth(picture);
  const triangles = triangulate(head, (point) => point * 3 >= seen.length || facesCamera(seen, point));

  return {
    render({ yaw = 0, pitch = 0, roll = 0, eyeClosure = 0, shiftX = 0, scale = 1 }) {
      const pose = { yaw: own.yaw + yaw, pitch: own.pitch + pitch, roll: own.roll + roll };
      const scaled = closeEyes(head, eyeClosure).map((value) => value * scale);
      const goal = place(scaled, pose).map((value, at) => (at % 3 === 0 ? value + shiftX : value));
      const moved = picture.map((start, at) => start + follow[Math.floor(at / 3)]! * (goal[at]! - start));
      return mapTriangles(image, pictureXy, dropDepth(moved), farFirst(triangles, moved, follow));
    },
  };
}

/**
 * The mesh, then the rings, then four corners far outside; and for each point the share of the head's
 * movement that it follows.
 *
 * @param mesh frontal, about the head's centre
 */
function surround(mesh: Points): { head: Points; follow: Float64Array } {
  const points = [...mesh];
  const follow: number[] = Array(mesh.length / 3).fill(1);
  for (const ring of rings)
    for (const index of faceOval) {
      const [x, y, z] = mesh.subarray(index * 3);
      points.push(x! * ring.size, y! * ring.size, z! * ring.depth);
      follow.push(ring.follow);
    }
  points.push(-far, -far, 0, far, -far, 0, -far, far, 0, far, far, 0);
  follow.push(0, 0, 0, 0);
  return { head: Float64Array.from(points), follow: Float64Array.from(follow) };
}

/**
 * Whether a mesh point of the picture lies well inside the outline of its face, at most 68 degrees around
 * the head: beyond, the mesh touches hair and background, which would stain a cheek that turns into view.
 */
function facesCamera(seen: Points, point: number): boolean {
  return -seen[point * 3 + 2]! > 0.4 * Math.abs(seen[point * 3]!);
}

/** Triangles between the `used` points of the frontal head, where no part hides another. */
function triangulate(head: Points, used: (point: number) => boolean): readonly number[][] {
  const numbers = Array.from({ length: head.length / 3 }, (_, point) => point).filter(used);
  const { triangles } = Delaunator.from(numbers.map((point) => [head[point * 3]!, head[point * 3 + 1]!]));
  return Array.from({ length: triangles.length / 3 }, (_, at) =>
    [0, 1, 2].map((corner) => numbers[triangles[at * 3 + corner]!]!),
  );
}

/** Sorts the surroundings before the face and far triangles before near ones. */
function farFirst(triangles: readonly number[][], points: Points, follow: Float64Array): number[][] {
  const depth = (point: number) => points[point * 3 + 2]! + (1 - follow[point]!) * far;
  return triangles
    .map((corners) => ({ corners, depth: corners.reduce((sum, point) => sum + depth(point), 0) }))
    .sort((one, other) => other.depth - one.depth)
    .map(({ corners }) => corners);
}

function closeEyes(head: Points, closure: number | EyePair<number>): Points {
  const closures = typeof closure === 'number' ? { left: closure, right: closure } : closure;
  const closed = head.slice();
  for (const eye of ['left', 'right'] as const) {
    const upperLid = lidRows[eye][0].points;
    for (const { follow, points } of lidRows[eye])
      for (const [column, point] of points.entries())
        for (let axis = 0; axis < 3; axis++) {
          const way = head[lowerLid[eye][column]! * 3 + axis]! - head[upperLid[column]! * 3 + axis]!;
          closed[point * 3 + axis]! += way * follow * closures[eye];
        }
  }
  return closed;
}

/** The rotation of a head, roll · yaw · pitch: what `fitMeanFace` of the engine takes apart. */
function poseRotation({ yaw, pitch, roll }: Pose): Rotation {
  const [sinYaw, cosYaw] = sinCos(yaw);
  const [sinPitch, cosPitch] = sinCos(-pitch);
  const [sinRoll, cosRoll] = sinCos(roll);
  return [
    cosRoll * cosYaw,
    cosRoll * sinYaw * sinPitch - sinRoll * cosPitch,
    cosRoll * sinYaw * cosPitch + sinRoll * sinPitch,
    sinRoll * cosYaw,
    sinRoll * sinYaw * sinPitch + cosRoll * cosPitch,
    sinRoll * sinYaw * cosPitch - cosRoll * sinPitch,
    -sinYaw,
    cosYaw * sinPitch,
    cosYaw * cosPitch,
  ];
}

function sinCos(degrees: number): readonly [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.sin(radians), Math.cos(radians)];
}

function transpose([xx, xy, xz, yx, yy, yz, zx, zy, zz]: Rotation): Rotation {
  return [xx, yx, zx, xy, yy, zy, xz, yz, zz];
}

function rotate(points: Points, rotation: Rotation): Points {
  return points.map((_, at) => {
    const row = (at % 3) * 3;
    const [x, y, z] = [points[at - (at % 3)]!, points[at - (at % 3) + 1]!, points[at - (at % 3) + 2]!];
    return rotation[row]! * x + rotation[row + 1]! * y + rotation[row + 2]! * z;
  });
}

/** `[x0, y0, x1, y1, …]` of points in space. */
function dropDepth(points: Points): Float64Array {
  return points.filter((_, at) => at % 3 < 2);
}
