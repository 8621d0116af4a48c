import { valueIfMeasured } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';
import { encodeJpeg, type SampleFace } from './faces.ts';
import { createPuppet, type PuppetMove } from './puppet.ts';

/** The frames of seed 002, as JPEG files. */
export interface PosedFiles {
  readonly left: Buffer;
  readonly right: Buffer;
  readonly center: Buffer;
  readonly blink: readonly Buffer[];
}

/** How a living person who was asked to pose and blink comes out: nobody holds still to a hair. */
const performance = {
  left: { yaw: -22, pitch: 1 },
  right: { yaw: 22, pitch: -1, shiftX: 3 },
  center: { yaw: 1, shiftX: -2 },
  blink: [
    { yaw: -1, shiftX: 1 },
    { yaw: 1, pitch: 1, eyeClosure: 1, shiftX: -1 },
    { pitch: -1, shiftX: 2 },
  ],
} satisfies Record<string, PuppetMove | readonly PuppetMove[]>;

/** A person poses and blinks. */
export async function pose({ image, face }: SampleFace): Promise<PosedFiles> {
  const puppet = createPuppet(image, face);
  const own = valueIfMeasured(face.pose)!;
  const perform = ({ yaw = 0, pitch = 0, ...move }: PuppetMove) =>
    encodeJpeg(puppet.render({ ...move, yaw: yaw - own.yaw, pitch: pitch - own.pitch }));
  return {
    left: await perform(performance.left),
    right: await perform(performance.right),
    center: await perform(performance.center),
    blink: await Promise.all(performance.blink.map(perform)),
  };
}

/** A photograph is turned to and fro before the camera. */
export async function wavePhotograph(photograph: RgbImage, degrees: number): Promise<PosedFiles> {
  const turn = (angle: number) => encodeJpeg(turnFlat(photograph, angle));
  return {
    left: await turn(-degrees),
    right: await turn(degrees),
    center: await turn(1),
    blink: await Promise.all([2, 3, 4].map(turn)),
  };
}

/**
 * A flat picture turned about its upright axis, seen by a pinhole camera from twice its width away, on grey.
 *
 * @param degrees positive: its left side, as the viewer sees it, comes nearer
 */
export function turnFlat({ width, height, data }: RgbImage, degrees: number): RgbImage {
  const out = new Uint8Array(data.length).fill(0x77);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const distance = 2 * width;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [right, down] = [(x - width / 2) / distance, (y - height / 2) / distance];
      const along = (right * distance) / (cos - right * sin);
      const fromX = Math.round(along + width / 2);
      const fromY = Math.round(down * (distance + along * sin) + height / 2);
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const [to, from] = [(y * width + x) * 3, (fromY * width + fromX) * 3];
      out.set(data.subarray(from, from + 3), to);
    }
  return { width, height, data: out };
}

/** The files as seed 002's clients send them. */
export function toBody({ left, right, center, blink }: PosedFiles) {
  const encode = (file: Buffer) => file.toString('base64');
  return {
    frames: {
      left: encode(left),
      right: encode(right),
      center: encode(center),
      blink: blink.map(encode),
    },
  };
}
