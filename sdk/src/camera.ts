import { type Deadlines, within } from './deadlines.ts';
import { type Permission, TroubleError, troubleOfCamera } from './troubles.ts';

/** A camera that is open. */
export interface Camera {
  readonly stream: MediaStream;
  /** Turns it off. */
  close(): void;
}

/** What frames are made of at most; a camera that has no such mode gives the one next to it. */
const wanted = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } } as const;

/** @throws TroubleError where this page will never get a camera */
export function checkBrowser(): void {
  if (!window.isSecureContext) throw new TroubleError('insecure_context');
  const hasCamera = typeof navigator.mediaDevices?.getUserMedia === 'function';
  if (
    !hasCamera ||
    typeof WebSocket !== 'function' ||
    typeof HTMLCanvasElement.prototype.toBlob !== 'function'
  )
    throw new TroubleError('unsupported_browser');
}

/** Asks for the camera that looks at the user. A camera that comes when nobody waits any more is turned off. */
export async function openCamera({ permission }: Deadlines, signal: AbortSignal): Promise<Camera> {
  signal.throwIfAborted();
  const opening = askForCamera();
  try {
    return await within(opening, permission, 'permission_timeout', signal);
  } catch (error) {
    opening.then((camera) => camera.close()).catch(() => {});
    throw error;
  }
}

async function askForCamera(): Promise<Camera> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    const close = () => {
      for (const track of stream.getTracks()) track.stop();
    };
    return { stream, close };
  } catch (error) {
    throw new TroubleError(troubleOfCamera(error, await askPermission()), { cause: error });
  }
}

/** Not every browser knows this permission by its name. */
async function askPermission(): Promise<Permission> {
  try {
    return (await navigator.permissions.query({ name: 'camera' as PermissionName })).state;
  } catch {
    return 'unknown';
  }
}

/**
 * Plays what the camera sees, and waits for the first picture of it.
 *
 * @throws TroubleError `no_picture`
 */
export async function playCamera(
  video: HTMLVideoElement,
  { stream }: Camera,
  { picture }: Deadlines,
  signal: AbortSignal,
): Promise<void> {
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  // Where playing is not allowed by itself, saving power for instance, no picture comes, and that is what is said.
  video.play().catch(() => {});
  await within(hasPicture(video, signal), picture, 'no_picture', signal);
}

/** Events differ between browsers, and some come before there is a size: looking is what works in all of them. */
async function hasPicture(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (video.videoWidth === 0 || video.readyState < video.HAVE_CURRENT_DATA))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/**
 * Calls `lose` once when the camera is unplugged, taken away or silent: its track ends, or nothing new comes of it for
 * too long. While the page is hidden browsers hold the camera back, and its silence says nothing.
 */
export function watchCamera(
  video: HTMLVideoElement,
  { stream }: Camera,
  { cameraSilence }: Deadlines,
  signal: AbortSignal,
  lose: () => void,
): void {
  for (const track of stream.getVideoTracks()) track.addEventListener('ended', lose, { signal });
  let seen = -1;
  let seenAt = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    if (document.hidden || video.currentTime !== seen) [seen, seenAt] = [video.currentTime, now];
    else if (now - seenAt >= cameraSilence) lose();
  }, 250);
  signal.addEventListener('abort', () => clearInterval(watch), { once: true });
}
