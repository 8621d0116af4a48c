/** Grey levels a pixel: weaker gradients are shading, skin and noise. */
const weakestEdge = 10;

/** Bins of a gradient's direction over the full turn, 2.8° each. */
const directions = 128;

/** A line is straight over at least this share of the patch's side … */
const shortestLine = 0.25;

/** … and these many pixels: fewer meet by chance. */
const fewestPixels = 8;

/**
 * The share of a luma patch's edge pixels that lie on long straight lines, 0..1; 0 without edges.
 *
 * The Hough transform of Duda and Hart (1972) with the gradient's direction, as in O'Gorman and Clowes
 * (1976): each edge pixel votes for the one line through it at right angles to its gradient, so that a
 * curve, whose direction drifts, spreads its votes. Neighbouring cells count as the same line.
 */
export function straightEdgeShare(luma: Float32Array, side: number): number {
  const reach = Math.ceil(side / Math.SQRT2) + 1;
  const distances = 2 * reach + 1;
  const votes = new Uint16Array(directions * distances);
  const cells = findEdges(luma, side).map(({ x, y, angle }) => {
    const direction = Math.round((angle / (2 * Math.PI)) * directions);
    const turn = (direction / directions) * 2 * Math.PI;
    const distance = Math.round((x - side / 2) * Math.cos(turn) + (y - side / 2) * Math.sin(turn));
    return ((direction + directions) % directions) * distances + distance + reach;
  });
  for (const cell of cells) votes[cell]!++;

  const needed = Math.max(shortestLine * side, fewestPixels);
  let straight = 0;
  for (const cell of cells) {
    let support = 0;
    for (const turn of [votes.length - distances, votes.length, votes.length + distances])
      for (let at = cell + turn - 1; at <= cell + turn + 1; at++) support += votes[at % votes.length]!;
    if (support >= needed) straight++;
  }
  return cells.length > 0 ? straight / cells.length : 0;
}

/** A pixel on an edge, and the direction in which it gets brighter, in radians. */
interface EdgePixel {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** Local maxima of the Sobel gradient along the axis nearer to its direction. */
function findEdges(luma: Float32Array, side: number): EdgePixel[] {
  const { right, down, strength } = sobel(luma, side);
  const edges: EdgePixel[] = [];
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++) {
      const at = y * side + x;
      if (strength[at]! < weakestEdge) continue;
      const across = Math.abs(right[at]!) > Math.abs(down[at]!) ? 1 : side;
      if (strength[at]! < strength[at - across]! || strength[at]! <= strength[at + across]!) continue;
      edges.push({ x, y, angle: Math.atan2(down[at]!, right[at]!) });
    }
  return edges;
}

/** The Sobel gradient in grey levels a pixel; 0 on the border. */
function sobel(luma: Float32Array, side: number) {
  const right = new Float32Array(luma.length);
  const down = new Float32Array(luma.length);
  const strength = new Float32Array(luma.length);
  for (let y = 1; y < side - 1; y++)
    for (let at = y * side + 1; at < (y + 1) * side - 1; at++) {
      const falling = luma[at + side + 1]! - luma[at - side - 1]!;
      const rising = luma[at - side + 1]! - luma[at + side - 1]!;
      right[at] = (falling + rising + 2 * (luma[at + 1]! - luma[at - 1]!)) / 8;
      down[at] = (falling - rising + 2 * (luma[at + side]! - luma[at - side]!)) / 8;
      strength[at] = Math.sqrt(right[at]! ** 2 + down[at]! ** 2);
    }
  return { right, down, strength };
}
