import { captureTimeOf, type FrameMetadata } from './capture-time.ts';

/** Waits for the next picture of a video, `earliest` at the soonest, and tells when it was taken; both `performance.now()`. */
export type NextFrame = (earliest: number, signal: AbortSignal) => Promise<number>;

/** Milliseconds that `requestVideoFrameCallback` is waited for: slower cameras than 4 pictures a second there are not. */
const patience = 250;
/** So often in vain, and it is not asked any more: web views have it whose videos never call back. */
const mostMisses = 3;

/** The pictures of a video: as the browser tells of them, or by the clock where it does not. */
export function createFrameClock(video: HTMLVideoElement): NextFrame {
  let misses = typeof video.requestVideoFrameCallback === 'function' ? 0 : mostMisses;
  let previous = -Infinity;

  async function nextMetadata(signal: AbortSignal): Promise<FrameMetadata | null> {
    if (misses >= mostMisses) return null;
    const metadata = await videoFrame(video, signal);
    misses = metadata ? 0 : misses + 1;
    return metadata;
  }

  return async (earliest, signal) => {
    await sleep(earliest - performance.now(), signal);
    const metadata = await nextMetadata(signal);
    signal.throwIfAborted();
    previous = captureTimeOf(metadata, performance.now(), previous);
    return previous;
  };
}

/** The next picture's metadata; null where none came in time. */
function videoFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<FrameMetadata | null> {
  return new Promise((resolve) => {
    const done = (metadata: FrameMetadata | null) => {
      clearTimeout(timer);
      video.cancelVideoFrameCallback(handle);
      signal.removeEventListener('abort', giveUp);
      resolve(metadata);
    };
    const giveUp = () => done(null);
    const handle = video.requestVideoFrameCallback((_now, metadata) => done(metadata));
    const timer = setTimeout(giveUp, patience);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
