import { createHash } from 'node:crypto';
import type { FrameFacts, StageTiming } from '../decisions/facts.ts';
import {
  judgePosedFrames,
  type PosedFramesDecision,
  type PosedFramesOptions,
} from '../decisions/posed-frames/judge-frames.ts';
import { fromOrder, inOrder, mapPosed, type Posed } from '../decisions/posed-frames/order.ts';
import type { PosedFrame } from '../decisions/posed-frames/subjects.ts';
import { BonafideError, type ErrorCode } from '../errors.ts';
import type { Perception } from '../perception/engine.ts';

/** One frame as it came: the encoded file, untouched; or nothing, or nothing that could be decoded. */
export type FramePicture = Uint8Array | 'missing' | 'unreadable';

/** Frames of one person, each at its pose. */
export type PosedPictures = Posed<FramePicture>;

/** The decision on posed frames. */
export interface FramesValidation extends PosedFramesDecision {
  /** What was measured, frame by frame; null for those not analysed. */
  readonly facts: Posed<FrameFacts | null>;
  /** Milliseconds of each stage, of all frames. */
  readonly timings: readonly StageTiming[];
}

/** What goes with one validation. */
export interface FramesContext {
  /** Aborts the work when the client has left. */
  readonly signal?: AbortSignal;
}

/** Frames of one request that are analysed at once: it must not take the whole queue. */
const concurrency = 2;

/** What an analysis may find out about a file that is no picture. */
const unreadable: ReadonlySet<ErrorCode> = new Set(['invalid_image', 'unsupported_format']);

/**
 * Validates posed frames: stills of a person who looks left, right and at the camera, and blinks.
 *
 * @throws BonafideError all that `Perception.analyseImage` throws but `invalid_image` and
 *   `unsupported_format`, which fail the checks of that frame alone
 */
export async function validateFrames(
  perception: Perception,
  options: PosedFramesOptions,
  pictures: PosedPictures,
  { signal }: FramesContext = {},
): Promise<FramesValidation> {
  const failed = new AbortController();
  const anySignal = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const list = await inTurns(inOrder(pictures), concurrency, async (picture) => {
    try {
      return await lookAt(perception, picture, anySignal);
    } catch (error) {
      // One lost frame loses the request: the others need not be looked at any more.
      failed.abort();
      throw error;
    }
  });
  const frames = fromOrder(list);
  const facts = mapPosed(frames, (frame) => (frame.status === 'seen' ? frame.facts : null));
  const timings = inOrder(facts).flatMap((frame) => frame?.timings ?? []);
  return { ...judgePosedFrames(frames, options), facts, timings };
}

async function lookAt(
  perception: Perception,
  picture: FramePicture,
  signal: AbortSignal,
): Promise<PosedFrame> {
  if (picture === 'missing' || picture === 'unreadable') return { status: picture };
  try {
    const facts = await perception.analyseImage(
      picture,
      { measuredFaces: 1, measure: ['eyes', 'texture', 'anti_spoof', 'embedding'] },
      signal,
    );
    return { status: 'seen', facts, picture: createHash('sha256').update(picture).digest('hex') };
  } catch (error) {
    if (error instanceof BonafideError && unreadable.has(error.code)) return { status: 'unreadable' };
    throw error;
  }
}

/**
 * Does `work` on all items, at most `limit` at once, and returns the results in their order.
 *
 * @throws what the first of them threw
 */
async function inTurns<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
