import type { AskedPose } from './checks.ts';

/** One thing for each frame that seed 002 asks for; `blink` in the order they were taken. */
export interface Posed<T> extends Readonly<Record<AskedPose, T>> {
  readonly blink: readonly T[];
}

/** What a frame is called among the others; blinks are counted from 1. */
export type FrameName = AskedPose | `blink ${number}`;

/** All frames in one order: left, right, center, then blink. */
export function inOrder<T>({ left, right, center, blink }: Posed<T>): T[] {
  return [left, right, center, ...blink];
}

/** The names of so many blink frames and of those before them, in order. */
export function namesInOrder({ blink }: Posed<unknown>): FrameName[] {
  return inOrder<FrameName>({
    left: 'left',
    right: 'right',
    center: 'center',
    blink: blink.map((_, at) => `blink ${at + 1}` as const),
  });
}

/** What {@link inOrder} made a list of; at least three of them. */
export function fromOrder<T>([left, right, center, ...blink]: readonly T[]): Posed<T> {
  return { left: left!, right: right!, center: center!, blink };
}

/** Makes something of each frame, in order. */
export function mapPosed<T, R>(frames: Posed<T>, change: (frame: T) => R): Posed<R> {
  return fromOrder(inOrder(frames).map(change));
}
