import { type Box, type FaceFacts, valueIfMeasured } from '../../src/decisions/facts.ts';
import type { RgbImage } from '../../src/media/image.ts';
import type { Puppet, PuppetMove } from './puppet.ts';

/** A picture and when it is shown. */
export interface TimedPicture {
  readonly image: RgbImage;
  readonly milliseconds: number;
}

/** How a flat picture is held: what is left out stays as it is. */
export interface PhotoMove {
  /** Pixels to the right and down. */
  readonly shiftX?: number;
  readonly shiftY?: number;
  /** Degrees clockwise. */
  readonly turn?: number;
  /** Width and height over those of the picture: a tilted or squeezed photograph. */
  readonly stretchX?: number;
  readonly stretchY?: number;
}

/** Something opaque in front of a picture, `bounds` of it at each moment; `undefined`: not in view. */
export interface Cover {
  readonly colour: readonly [number, number, number];
  readonly boundsAt: (milliseconds: number) => Box | undefined;
  /** Rounded as a hand or a finger is. */
  readonly isRound?: boolean;
}

/** Pictures at an even rate. */
export function timedPictures(
  render: (milliseconds: number) => RgbImage,
  { seconds, frameRate }: { readonly seconds: number; readonly frameRate: number },
): TimedPicture[] {
  return Array.from({ length: Math.round(seconds * frameRate) }, (_, frame) => {
    const milliseconds = (frame * 1000) / frameRate;
    return { image: render(milliseconds), milliseconds };
  });
}

/** Hands do not hold still: a photograph's small movements, in pixels of a face `width` wide. */
export function handTremor(width: number): (milliseconds: number) => PhotoMove {
  return (milliseconds) => {
    const phase = milliseconds / 1000;
    return {
      shiftX: width * 0.02 * Math.sin(phase * 3.1),
      shiftY: width * 0.015 * Math.sin(phase * 4.3 + 1),
      turn: 1.2 * Math.sin(phase * 2.3),
    };
  };
}

/** The picture moved about the point (`x`, `y`); grey where it does not reach. */
export function movePhoto(image: RgbImage, move: PhotoMove, x: number, y: number): RgbImage {
  const { shiftX = 0, shiftY = 0, turn = 0, stretchX = 1, stretchY = 1 } = move;
  const { width, height, data } = image;
  const moved = new Uint8Array(data.length);
  const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at += 3) {
      const [dx, dy] = [column - x - shiftX, row - y - shiftY];
      const fromX = x + (cos * dx + sin * dy) / stretchX;
      const fromY = y + (cos * dy - sin * dx) / stretchY;
      mix(image, fromX, fromY, moved, at);
    }
  return { width, height, data: moved };
}

function mix({ width, height, data }: RgbImage, x: number, y: number, target: Uint8Array, at: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
    target.fill(110, at, at + 3);
    return;
  }
  const [right, down] = [x - left, y - top];
  const from = (top * width + left) * 3;
  const below = from + width * 3;
  for (let channel = 0; channel < 3; channel++) {
    const upper = data[from + channel]! * (1 - right) + data[from + 3 + channel]! * right;
    const lower = data[below + channel]! * (1 - right) + data[below + 3 + channel]! * right;
    target[at + channel] = Math.round(upper * (1 - down) + lower * down);
  }
}

/** The picture with something in front of it. */
export function cover(image: RgbImage, { colour, boundsAt, isRound = false }: Cover, time: number): RgbImage {
  const bounds = boundsAt(time);
  if (!bounds) return image;
  const data = image.data.slice();
  const [middleX, middleY] = [bounds.x + bounds.width / 2, bounds.y + bounds.height / 2];
  for (let row = 0; row < image.height; row++)
    for (let column = 0; column < image.width; column++) {
      const [across, down] = [
        (2 * (column - middleX)) / bounds.width,
        (2 * (row - middleY)) / bounds.height,
      ].map(Math.abs) as [number, number];
      const isInside = isRound ? across ** 4 + down ** 4 < 1 : across < 1 && down < 1;
      if (isInside) data.set(colour, (row * image.width + column) * 3);
    }
  return { ...image, data };
}

/** Where the eyes of a sample face are: their middle, and the distance of their outer corners, in pixels. */
export interface EyePlace {
  readonly x: number;
  readonly y: number;
  readonly apart: number;
}

/** The eyes of a face by its mesh. */
export function eyePlace(face: FaceFacts): EyePlace {
  const mesh = valueIfMeasured(face.mesh);
  if (!mesh) throw new Error('Eyes are found by the mesh of their face.');
  const [right, left] = [33, 263].map((point) => ({ x: mesh[point * 3]!, y: mesh[point * 3 + 1]! }));
  const apart = Math.hypot(left!.x - right!.x, left!.y - right!.y);
  return { x: (right!.x + left!.x) / 2, y: (right!.y + left!.y) / 2, apart };
}

/** How shut the eyes are, 0 to 1, in a blink at `at`: 90 ms to close, 140 to reopen, as lids take. */
export function lidClosure(at: number): (milliseconds: number) => number {
  const smooth = (share: number) => share * share * (3 - 2 * share);
  return (milliseconds) => {
    const since = milliseconds - at;
    if (since < -90 || since > 200) return 0;
    if (since < 0) return smooth((since + 90) / 90);
    return since < 60 ? 1 : smooth(1 - (since - 60) / 140);
  };
}

/** A person who looks at the camera, sways a little, and blinks where a test wants it. */
export function livingPerson(
  puppet: Puppet,
  closureAt: (milliseconds: number) => PuppetMove['eyeClosure'],
): (milliseconds: number) => RgbImage {
  return (milliseconds) =>
    puppet.render({
      yaw: 2 * Math.sin(milliseconds / 500),
      pitch: 1.5 * Math.sin(milliseconds / 700),
      eyeClosure: closureAt(milliseconds) ?? 0,
    });
}

/** A bar or a hand that is moved over the eyes of a photograph, in distances of their outer corners. */
export interface Swipe {
  readonly colour: Cover['colour'];
  readonly width: number;
  readonly height: number;
  /** Per second, to the right and down; the cover is over the eyes at `at`. */
  readonly speedX?: number;
  readonly speedY?: number;
  readonly at: number;
  /** Milliseconds for which it is there at all. */
  readonly lasts?: number;
  readonly isRound?: boolean;
}

/** The cover that a swipe draws over eyes. */
export function swipeOver({ x, y, apart }: EyePlace, swipe: Swipe): Cover {
  const { colour, width, height, speedX = 0, speedY = 0, at, lasts = Infinity, isRound = false } = swipe;
  return {
    colour,
    isRound,
    boundsAt: (milliseconds) => {
      if (Math.abs(milliseconds - at) > lasts / 2) return undefined;
      const seconds = (milliseconds - at) / 1000;
      return {
        x: x + (speedX * seconds - width / 2) * apart,
        y: y + (speedY * seconds - height / 2) * apart,
        width: width * apart,
        height: height * apart,
      };
    },
  };
}
