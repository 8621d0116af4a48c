import type { OperatingPoints } from './ranking.ts';

/** Points of a curve that are kept: a page draws no more. */
const mostPoints = 200;

/**
 * The places of at most 200 operating points: all there are, or both ends and points between them at even steps along
 * the curve, whose length from end to end is 2 where steps in both directions add up.
 */
export function spread({ apcer, bpcer }: OperatingPoints): readonly number[] {
  const last = apcer.length - 1;
  if (last < mostPoints) return Array.from(apcer, (_, at) => at);
  const step = 2 / (mostPoints - 2);
  const along = (at: number) => 1 - apcer[at]! + bpcer[at]!;
  const places = [0];
  let next = step;
  for (let at = 1; at < last; at++) {
    if (along(at) < next) continue;
    places.push(at);
    while (next <= along(at)) next += step;
  }
  return [...places, last];
}
