import type { RgbImage } from '../../src/media/image.ts';

/**
 * Maps triangles of a picture to other places, affinely, bilinearly and in the order given, so that later
 * ones cover earlier ones. Neighbours share their edge without a gap; pixels that no triangle reaches are 0.
 *
 * @param source the picture; around it, its border pixels continue
 * @param from points of the picture, flat `[x0, y0, x1, y1, …]` in pixels
 * @param to where they go, of the same length
 * @param triangles three point numbers each
 * @returns a picture of the same size
 */
export function mapTriangles(
  source: RgbImage,
  from: Float64Array,
  to: Float64Array,
  triangles: Iterable<readonly number[]>,
): RgbImage {
  const target = { ...source, data: new Uint8Array(source.data.length) };
  for (const triangle of triangles) {
    // Sorted by y, so that both triangles of an edge compute it alike and meet without a gap.
    const corners = [...triangle].sort((p, q) => to[p * 2 + 1]! - to[q * 2 + 1]! || p - q);
    fillTriangle(source, target, coordinates(from, corners), coordinates(to, corners));
  }
  return target;
}

/** The coordinates `[x0, y0, x1, y1, x2, y2]` of a triangle's corners. */
type Corners = readonly [number, number, number, number, number, number];

function coordinates(points: Float64Array, corners: readonly number[]): Corners {
  return corners.flatMap((corner) => [points[corner * 2], points[corner * 2 + 1]]) as unknown as Corners;
}

/** Fills the pixels whose centres lie in the triangle `to`, whose corners are sorted by y. */
function fillTriangle(source: RgbImage, target: RgbImage, from: Corners, to: Corners): void {
  const [x0, y0, x1, y1, x2, y2] = to;
  const [u0, v0, u1, v1, u2, v2] = from;
  const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  if (area === 0) return;
  /** How a value that is 0, `p` and `q` at the corners grows to the right and down. */
  const gradient = (p: number, q: number) =>
    [(p * (y2 - y0) - q * (y1 - y0)) / area, (q * (x1 - x0) - p * (x2 - x0)) / area] as const;
  const [ux, uy] = gradient(u1 - u0, u2 - u0);
  const [vx, vy] = gradient(v1 - v0, v2 - v0);
  const lastRow = Math.min(Math.ceil(y2 - 0.5), target.height) - 1;
  for (let row = Math.max(Math.ceil(y0 - 0.5), 0); row <= lastRow; row++) {
    const down = row + 0.5 - y0;
    const long = x0 + ((x2 - x0) * down) / (y2 - y0);
    const short =
      row + 0.5 < y1 ? x0 + ((x1 - x0) * down) / (y1 - y0) : x1 + ((x2 - x1) * (row + 0.5 - y1)) / (y2 - y1);
    const begin = Math.max(Math.ceil(Math.min(long, short) - 0.5), 0);
    const end = Math.min(Math.ceil(Math.max(long, short) - 0.5), target.width);
    if (begin >= end) continue;
    const right = begin + 0.5 - x0;
    const u = u0 + right * ux + down * uy;
    const v = v0 + right * vx + down * vy;
    const offset = row * target.width;
    fillSpan(source, target.data.subarray((offset + begin) * 3, (offset + end) * 3), u, v, ux, vx);
  }
}

/** Fills a row of pixels bilinearly from `u`, `v` in steps of `ux`, `vx`. */
function fillSpan(
  { width, height, data }: RgbImage,
  span: Uint8Array,
  u: number,
  v: number,
  ux: number,
  vx: number,
): void {
  let x = u - 0.5;
  let y = v - 0.5;
  for (let at = 0; at < span.length; x += ux, y += vx) {
    const left = Math.min(Math.max(x, 0), width - 1.001);
    const top = Math.min(Math.max(y, 0), height - 1.001);
    const column = Math.floor(left);
    const row = Math.floor(top);
    const right = left - column;
    const down = top - row;
    let above = (row * width + column) * 3;
    let below = above + width * 3;
    for (const end = at + 3; at < end; at++, above++, below++) {
      const upper = data[above]! + (data[above + 3]! - data[above]!) * right;
      const lower = data[below]! + (data[below + 3]! - data[below]!) * right;
      span[at] = upper + (lower - upper) * down + 0.5;
    }
  }
}
