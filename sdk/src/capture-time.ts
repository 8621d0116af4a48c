/** What a browser may tell of a video frame; times are milliseconds of `performance.now()`. */
export interface FrameMetadata {
  readonly captureTime?: number;
  readonly expectedDisplayTime?: number;
}

/** Milliseconds that a picture may have been on its way through the browser; older times are of another clock. */
const longestWay = 1_000;
/** Milliseconds between two pictures, where a browser tells the same time of both. */
const least = 0.1;

/**
 * When a picture was taken: as the camera says, else when the browser shows it, else now. Always later than the
 * picture before it, as the server asks, if only by a little.
 *
 * @param previous of the picture before; -Infinity for the first
 */
export function captureTimeOf(metadata: FrameMetadata | null, now: number, previous: number): number {
  const told = [metadata?.captureTime, metadata?.expectedDisplayTime].find(
    (time) => time !== undefined && time <= now && time > now - longestWay,
  );
  return Math.max(told ?? now, previous + least);
}
