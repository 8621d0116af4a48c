import { area, type Detection, type Detector, holdsCentre, suppressDuplicates } from './detection.ts';
import type { Pyramid, Square } from './sampling.ts';

/** Faces this low, as a share of the frame's height, are still looked for … */
const smallestShare = 0.05;

/** … if they are this many pixels high: nothing can be told of smaller ones. */
const smallestPixels = 16;

/**
 * A face that fills the frame is found when the picture is shown smaller, with a border around it: at
 * 1.6 both detectors found all of 25 faces that were 95 % of their frame's height.
 */
const zoomOut = 1.6;

/** A face this much lower than the largest is no rival to it; see BYSTANDER_RATIO, whose least value it is. */
const comparableShare = 0.5;

/** Bounds the search in very long pictures: enough for the smallest faces up to 2.4 to 1. */
const maximumTiles = 64;

/**
 * Looks for faces in the whole image; smaller where none is found, because one may fill the frame.
 *
 * @returns detections, largest first
 */
export async function glance(detector: Detector, pyramid: Pyramid): Promise<Detection[]> {
  const whole = wholeView(pyramid);
  const found = await detector.detect(pyramid, whole);
  const detections =
    found.length > 0 ? found : await detector.detect(pyramid, { ...whole, side: whole.side * zoomOut });
  return detections.sort(largestFirst);
}

/**
 * Looks again in tiles, where the detector may have missed faces of the sizes that count; a face that
 * both looks found is taken from the closer one.
 *
 * @param found what a glance found
 * @param breathe awaited between tiles; throws when the work should stop
 * @returns detections, largest first
 */
export async function lookCloser(
  detector: Detector,
  pyramid: Pyramid,
  found: readonly Detection[],
  breathe: () => Promise<void>,
): Promise<readonly Detection[]> {
  const closer: Detection[] = [];
  for (const tile of closerViews(detector, pyramid, found)) {
    await breathe();
    closer.push(...(await detector.detect(pyramid, tile)));
  }
  const sharper = suppressDuplicates(closer);
  const fromAfar = found.filter((one) => !sharper.some((other) => holdsCentre(one.box, other.box)));
  return [...sharper, ...fromAfar].sort(largestFirst);
}

/** The square around the whole image. */
function wholeView([image]: Pyramid): Square {
  return {
    centre: { x: image.width / 2, y: image.height / 2 },
    side: Math.max(image.width, image.height),
    angle: 0,
  };
}

/**
 * Tiles in which the smallest face that counts is large enough for the detector; none when a glance
 * was enough, or showed a face so large that its like cannot have been missed.
 */
function closerViews(detector: Detector, [image]: Pyramid, found: readonly Detection[]): Square[] {
  const dependable = detector.smallestFace * Math.max(image.width, image.height);
  const largest = Math.max(0, ...found.map(({ box }) => box.height));
  const wanted = Math.max(smallestShare * image.height, comparableShare * largest, smallestPixels);
  if (dependable <= wanted || largest > dependable) return [];
  for (let side = wanted / detector.smallestFace; ; side *= 1.2) {
    const columns = tileCentres(image.width, side, dependable);
    const rows = tileCentres(image.height, side, dependable);
    if (columns.length * rows.length > maximumTiles) continue;
    return rows.flatMap((y) => columns.map((x) => ({ centre: { x, y }, side, angle: 0 })));
  }
}

/** Centres of tiles along one axis; they overlap by one face, or by half where that is more than half. */
function tileCentres(length: number, side: number, face: number): number[] {
  if (length <= side) return [length / 2];
  const count = Math.ceil((length - side) / (side - Math.min(face, side / 2))) + 1;
  return Array.from({ length: count }, (_, index) => side / 2 + (index * (length - side)) / (count - 1));
}

function largestFirst(one: Detection, other: Detection): number {
  return area(other.box) - area(one.box);
}
