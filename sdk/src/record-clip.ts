import { pause } from './deadlines.ts';
import { follow } from './follow.ts';
import { type ClipFrame, motionJpegClip } from './motion-jpeg.ts';
import type { PictureCamera } from './picture-camera.ts';

/** How a clip is recorded. */
export interface ClipOptions {
  /** How long it is; POST /active/blink asks for three to five seconds. */
  readonly seconds: number;
  /** Gives it up. */
  readonly signal?: AbortSignal;
}

/** What browsers write of what the server reads; VP8 before VP9, for it is written in software. */
const formats = [
  'video/webm;codecs=vp8',
  'video/webm;codecs=vp9',
  'video/webm',
  'video/mp4;codecs=avc1.42E01E',
  'video/mp4',
];

/** Bits a second: lids are thin, and a call's usual rate smears them. */
const bitRate = 4_000_000;

/** Pictures a second without a recorder: POST /active/blink asks for 15 at least. */
const pictureRate = 24;

/** What a clip will be: the type of the browser's own recorder, or `video/avi`, which is made of pictures. */
export function clipType(): string {
  const recorder = typeof MediaRecorder === 'function' ? MediaRecorder : null;
  return formats.find((format) => recorder?.isTypeSupported(format)) ?? 'video/avi';
}

/**
 * Records what a camera sees, without sound, in a format that the server reads. Browsers without a recorder for one, as
 * older web views are, have the clip made of JPEGs.
 *
 * @throws TroubleError `camera_lost`; the signal's reason; what the recorder fails with
 */
export async function recordClip(camera: PictureCamera, { seconds, signal }: ClipOptions): Promise<Blob> {
  const over = follow(camera.signal, ...(signal ? [signal] : []));
  over.signal.throwIfAborted();
  const type = clipType();
  try {
    return type === 'video/avi'
      ? await collectPictures(camera, seconds * 1_000, over.signal)
      : await record(camera.stream, type, seconds * 1_000, over.signal);
  } finally {
    over.abort();
  }
}

async function record(
  stream: MediaStream,
  mimeType: string,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Blob> {
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: bitRate });
  const parts: Blob[] = [];
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => resolve();
    recorder.onerror = (event) => reject((event as Event & { readonly error?: unknown }).error ?? event);
  });
  recorder.start();
  try {
    await Promise.race([pause(milliseconds, signal), stopped]);
  } finally {
    if (recorder.state !== 'inactive') recorder.stop();
  }
  await stopped;
  return new Blob(parts, { type: mimeType });
}

async function collectPictures(
  camera: PictureCamera,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Blob> {
  const frames: ClipFrame[] = [];
  const startedAt = performance.now();
  for (let now = startedAt; now - startedAt < milliseconds; now = performance.now()) {
    const { jpeg, width, height } = await camera.takePicture();
    signal.throwIfAborted();
    frames.push({ jpeg: new Uint8Array(await jpeg.arrayBuffer()), width, height });
    const next = startedAt + (frames.length * 1_000) / pictureRate;
    if (next > performance.now()) await pause(next - performance.now(), signal);
  }
  return motionJpegClip(frames, performance.now() - startedAt);
}
