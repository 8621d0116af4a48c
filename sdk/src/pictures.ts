import type { FrameFormat } from './frame-plan.ts';

/** A frame as JPEG. */
export interface Picture {
  readonly jpeg: Blob;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** Takes a picture of what a video shows; null where it shows nothing, or the browser makes no JPEG of it. */
export type TakePicture = (format: FrameFormat) => Promise<Picture | null>;

/** Milliseconds that a JPEG may take: browsers encode when they are idle, and a page that is hidden may never be. */
const longestEncoding = 3_000;

/** Takes pictures in the video's own shape, not mirrored, however it is shown. */
export function createShutter(video: HTMLVideoElement): TakePicture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  return async ({ side, quality }) => {
    const { videoWidth, videoHeight } = video;
    if (!context || videoWidth === 0) return null;
    const scale = Math.min(1, side / Math.max(videoWidth, videoHeight));
    const width = Math.round(videoWidth * scale);
    const height = Math.round(videoHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(video, 0, 0, width, height);
    const jpeg = await encode(canvas, quality);
    return jpeg && { jpeg, width, height };
  };
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), longestEncoding);
    canvas.toBlob(
      (blob) => {
        clearTimeout(timer);
        resolve(blob);
      },
      'image/jpeg',
      quality,
    );
  });
}
