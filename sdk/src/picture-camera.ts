import { checkBrowser, openCamera, playCamera, watchCamera } from './camera.ts';
import { type Deadlines, defaultDeadlines, within } from './deadlines.ts';
import { follow } from './follow.ts';
import type { FrameFormat } from './frame-plan.ts';
import { createShutter, type Picture } from './pictures.ts';
import { TroubleError } from './troubles.ts';
import { createFrameClock } from './video-frames.ts';

/** How a camera for single pictures is opened. */
export interface PictureCameraOptions {
  /** Shows the preview. Mirror it by CSS: pictures are not mirrored. */
  readonly video: HTMLVideoElement;
  /** Gives up the opening, and closes the camera. */
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
}

/** A camera for the contracts that take single pictures and clips, in place of a session. */
export interface PictureCamera {
  readonly stream: MediaStream;
  /** Aborted when the camera is closed, or lost: then with a TroubleError. */
  readonly signal: AbortSignal;
  /**
   * A picture of what comes next, in the camera's own shape.
   *
   * @throws TroubleError `no_picture`; the signal's reason
   */
  takePicture(format?: FrameFormat): Promise<Picture>;
  close(): void;
}

/** What the contracts ask for: traces of screens and prints survive it. */
const bestFormat: FrameFormat = { side: 640, quality: 0.9 };

/**
 * Opens the camera that looks at the user, and waits for its first picture. Call it from a click: some browsers ask for
 * the camera in no other case.
 *
 * @throws TroubleError why there is none; the signal's reason
 */
export async function openPictureCamera(options: PictureCameraOptions): Promise<PictureCamera> {
  const { video, signal = new AbortController().signal } = options;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  checkBrowser();
  const camera = await openCamera(deadlines, signal);
  const over = follow(signal);
  over.signal.addEventListener('abort', () => {
    camera.close();
    video.srcObject = null;
  });
  try {
    await playCamera(video, camera, deadlines, over.signal);
  } catch (error) {
    over.abort(error);
    throw error;
  }
  watchCamera(video, camera, deadlines, over.signal, () => over.abort(new TroubleError('camera_lost')));
  const shutter = createShutter(video);
  const nextFrame = createFrameClock(video);
  return {
    stream: camera.stream,
    signal: over.signal,
    async takePicture(format = bestFormat) {
      await within(nextFrame(0, over.signal), deadlines.picture, 'no_picture', over.signal);
      const picture = await shutter(format);
      over.signal.throwIfAborted();
      if (picture === null) throw new TroubleError('no_picture');
      return picture;
    },
    close: () => over.abort(new DOMException('The camera was closed.', 'AbortError')),
  };
}
