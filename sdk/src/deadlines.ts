import { type TroubleCode, TroubleError } from './troubles.ts';

/** How long each thing is waited for, in milliseconds: nothing waits without an end. */
export interface Deadlines {
  /** The browser's question about the camera: to read it, think, and find the button. */
  readonly permission: number;
  /** The camera's first picture; cameras on USB take a few seconds to wake. */
  readonly picture: number;
  /** A camera that sends nothing new is lost after this. */
  readonly cameraSilence: number;
  /** A WebSocket that opens. */
  readonly connect: number;
  /** The server's first word, and its answer to each frame. */
  readonly answer: number;
  /** Coming back after a connection is lost: the server's RECONNECT_SECONDS. */
  readonly reconnect: number;
  /** A busy server, all its `Retry-After` together. */
  readonly busy: number;
  /** A page that is out of sight: the server's IDLE_TIMEOUT. */
  readonly hidden: number;
}

export const defaultDeadlines: Deadlines = {
  permission: 60_000,
  picture: 10_000,
  cameraSilence: 5_000,
  connect: 10_000,
  answer: 10_000,
  reconnect: 10_000,
  busy: 60_000,
  hidden: 10_000,
};

/**
 * What `promise` gives, if it does so in time.
 *
 * @throws TroubleError `code` after `milliseconds`; the signal's reason when it is aborted
 */
export function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  code: TroubleCode,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    const timer = setTimeout(() => reject(new TroubleError(code)), milliseconds);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    });
  });
}

/** @throws the signal's reason when it is aborted */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
