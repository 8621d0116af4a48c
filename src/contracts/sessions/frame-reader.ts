import { BonafideError } from '../../errors.ts';

/** Bytes before the picture: when it was taken. */
const headerBytes = 8;

/** Reads the picture of a message that arrived at `at`, milliseconds of the server's clock. */
export type FrameReader = (data: Buffer, isBinary: boolean, at: number) => Uint8Array;

/**
 * Reads frames of one connection: capture time (milliseconds of the client's own clock, float64, big-endian), then the
 * picture. The time of each must be later than that of the one before, and the clock must keep up with the server's:
 * nothing is judged by what a client says of time, but a clock that counts seconds, or jumps, is a client's mistake that
 * it should hear of.
 *
 * @param idleTimeout milliseconds that a client may be silent. A frame is no longer under way, nor does it wait for longer
 *   at the client before that: so far apart the two clocks may seem.
 * @returns throws BonafideError `invalid_request` or `payload_too_large`
 */
export function createFrameReader(maxFrameBytes: number, idleTimeout: number): FrameReader {
  let latest = Number.NEGATIVE_INFINITY;
  /** What the server's clock shows more than the client's, by the first frame. */
  let ahead: number | undefined;
  return (data, isBinary, at) => {
    if (!isBinary || data.length <= headerBytes) throw new BonafideError('invalid_request');
    if (data.length - headerBytes > maxFrameBytes) throw new BonafideError('payload_too_large');
    const capturedAt = data.readDoubleBE(0);
    if (!(Number.isFinite(capturedAt) && capturedAt >= 0 && capturedAt > latest))
      throw new BonafideError('invalid_request');
    ahead ??= at - capturedAt;
    if (Math.abs(at - capturedAt - ahead) > 2 * idleTimeout) throw new BonafideError('invalid_request');
    latest = capturedAt;
    return data.subarray(headerBytes);
  };
}
