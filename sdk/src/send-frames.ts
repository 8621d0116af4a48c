import type { Connection } from './connection.ts';
import { type Deadlines, within } from './deadlines.ts';
import { firstPlan, formatOf, frameInterval, isHopelesslySlow, planAfter } from './frame-plan.ts';
import { inSight } from './hidden-page.ts';
import type { TakePicture } from './pictures.ts';
import type { Talk } from './talk.ts';
import type { NextFrame } from './video-frames.ts';
import { type Contract, encodeFrame } from './wire.ts';

/** What became of one frame. Times are milliseconds. */
export interface FrameReport {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the JPEG, 0..1. */
  readonly quality: number;
  readonly bytes: number;
  /** By `performance.now()`. */
  readonly capturedAt: number;
  /** From the sending to the answer. */
  readonly roundTrip: number;
}

/** Where frames come from and where they go. */
export interface FrameLine {
  readonly contract: Contract;
  readonly nextFrame: NextFrame;
  readonly takePicture: TakePicture;
  readonly deadlines: Deadlines;
  report(frame: FrameReport, isHopelesslySlow: boolean): void;
}

/** What is learned of the link outlives a connection. */
export type SendFrames = (connection: Connection, talk: Talk, signal: AbortSignal) => Promise<never>;

/** Milliseconds before the next frame, for a server that is busy and does not say for how long. */
const someMoment = 500;

/**
 * Sends one frame after the other, each when the one before has its answer, until it is aborted.
 *
 * @throws TroubleError `answer_timeout` or `tab_hidden`; the signal's reason
 */
export function createFrameSender({
  contract,
  nextFrame,
  takePicture,
  deadlines,
  report,
}: FrameLine): SendFrames {
  let plan = firstPlan;
  return async (connection, talk, signal) => {
    for (let earliest = 0; ; ) {
      await inSight(deadlines, signal);
      // The next is due by when this one was, not by when it is sent: the camera's next picture and its JPEG take their time,
      // and of seven frames a second five would be left.
      const dueAt = Math.max(earliest, performance.now());
      const capturedAt = await nextFrame(earliest, signal);
      const { quality, ...format } = formatOf(plan);
      const picture = await takePicture({ ...format, quality });
      signal.throwIfAborted();
      const sentAt = performance.now();
      earliest = dueAt + frameInterval;
      if (picture === null) continue;
      const answering = talk.nextAnswer();
      connection.send(encodeFrame(contract, capturedAt, picture.jpeg));
      const { error, retry_after_ms: retryAfter } = await within(
        answering,
        deadlines.answer,
        'answer_timeout',
        signal,
      );
      const roundTrip = performance.now() - sentAt;
      plan = planAfter(plan, roundTrip);
      const { jpeg, width, height } = picture;
      report({ width, height, quality, bytes: jpeg.size, capturedAt, roundTrip }, isHopelesslySlow(plan));
      if (error === 'busy') earliest = performance.now() + (retryAfter ?? someMoment);
    }
  };
}
