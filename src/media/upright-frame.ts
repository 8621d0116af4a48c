import { AV_FRAME_DATA_DISPLAYMATRIX, AV_PIX_FMT_RGB24 } from 'node-av/constants';
import { FFmpegError, Frame, SoftwareScaleContext } from 'node-av/lib';
import type { RgbImage } from './image.ts';

/** A picture with the size it had before it was shrunk. */
export interface UprightFrame {
  /** Upright 8-bit RGB. */
  readonly image: RgbImage;
  /** Size in pixels of the upright original; pixels that are not square count as they are shown. */
  readonly width: number;
  readonly height: number;
}

/** Turns decoded frames, whose size and pixel format may change between any two, into upright RGB. */
export interface FrameConverter {
  /** @throws FFmpegError for a pixel format that cannot be converted */
  convert(frame: Frame): UprightFrame;
  free(): void;
}

/** @param maxSide longest side of the pictures in pixels; larger ones are shrunk, smaller ones never grow */
export function createFrameConverter(maxSide: number): FrameConverter {
  const scaler = new SoftwareScaleContext();
  scaler.allocContext();
  const scaled = new Frame();
  scaled.alloc();
  return {
    convert: (frame) => {
      const shown = shownSize(frame);
      const scale = Math.min(1, maxSide / Math.max(shown.width, shown.height));
      scaled.unref();
      scaled.format = AV_PIX_FMT_RGB24;
      scaled.width = Math.max(1, Math.round(shown.width * scale));
      scaled.height = Math.max(1, Math.round(shown.height * scale));
      FFmpegError.throwIfError(scaled.getBuffer(), 'allocate');
      FFmpegError.throwIfError(scaler.scaleFrameSync(scaled, frame), 'scale');
      const image = { width: scaled.width, height: scaled.height, data: scaled.toBuffer() };
      const orientation = readOrientation(frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX));
      return { image: stand(image, orientation), ...(orientation.transposed ? transpose(shown) : shown) };
    },
    free: () => {
      scaled.free();
      scaler.freeContext();
    },
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function shownSize({ width, height, sampleAspectRatio: { num, den } }: Frame): Size {
  return { width: num > 0 && den > 0 ? Math.max(1, Math.round((width * num) / den)) : width, height };
}

const transpose = ({ width, height }: Size): Size => ({ width: height, height: width });

/** How a stored picture becomes upright: rows and columns change places first, then it is mirrored. */
interface Orientation {
  readonly transposed: boolean;
  readonly mirroredX: boolean;
  readonly mirroredY: boolean;
}

/**
 * The nearest of the eight orientations to a display matrix: nine little-endian 32-bit numbers that map
 * stored (x, y) to shown (m0·x + m3·y, m1·x + m4·y) (libavutil/display.h; ISO/IEC 14496-12, 8.3.2).
 */
function readOrientation(matrix: Buffer | null): Orientation {
  if (!matrix || matrix.length < 36) return { transposed: false, mirroredX: false, mirroredY: false };
  const entry = (index: number) => matrix.readInt32LE(index * 4);
  const [a, b, c, d] = [entry(0), entry(1), entry(3), entry(4)];
  const transposed = Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d);
  return transposed
    ? { transposed, mirroredX: c < 0, mirroredY: b < 0 }
    : { transposed, mirroredX: a < 0, mirroredY: d < 0 };
}

function stand(image: RgbImage, { transposed, mirroredX, mirroredY }: Orientation): RgbImage {
  if (!transposed && !mirroredX && !mirroredY) return image;
  const { width, height } = transposed ? transpose(image) : image;
  const right = mirroredX ? -3 : 3;
  const down = (mirroredY ? -3 : 3) * width;
  const [nextPixel, nextRow] = transposed ? [down, right] : [right, down];
  const first = (mirroredX ? width - 1 : 0) * 3 + (mirroredY ? height - 1 : 0) * width * 3;
  const data = new Uint8Array(image.data.length);
  let from = 0;
  for (let y = 0; y < image.height; y++) {
    let to = first + y * nextRow;
    for (let x = 0; x < image.width; x++, to += nextPixel) {
      data[to] = image.data[from++]!;
      data[to + 1] = image.data[from++]!;
      data[to + 2] = image.data[from++]!;
    }
  }
  return { width, height, data };
}
