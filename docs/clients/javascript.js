/**
 * A browser client of the challenge, `WS /ws`: copy this file, it needs nothing else. How it is used, and
 * what the messages say, stands in javascript.md.
 */

/** Milliseconds from one frame to the next, 7 a second: the server looks at more, but turns need no more. */
const frameInterval = 143;

/** After this long without an answer, in milliseconds, the next frame is sent all the same. */
const patience = 3_000;

/** Longest side of a frame in pixels, and its quality as JPEG: fine traces of screens and prints survive. */
const frameSide = 640;
const frameQuality = 0.85;

/**
 * Shows the camera's pictures to the server until it has decided.
 *
 * @param {object} options
 * @param {HTMLVideoElement} options.video plays the camera; what is sent is not mirrored, however it is shown
 * @param {string | URL} options.url `wss://liveness.example.com/ws` for instance
 * @param {string} [options.key] API key; never put a secret one into a page that strangers can read
 * @param {(message: object) => void} options.onMessage hears every message of the server
 * @param {AbortSignal} [options.signal] gives up
 * @returns {Promise<object>} the last message: its type is `complete` or `failed`
 * @throws {ConnectionError} when the connection is refused or lost
 */
export async function runChallenge({ video, url, key, onMessage, signal }) {
  signal?.throwIfAborted();
  const socket = new WebSocket(url, key ? ['bonafide', `bonafide.key.${base64url(key)}`] : []);
  const takePicture = createShutter(video);
  let waitingSince = null;

  async function sendFrame() {
    const isWaiting = waitingSince !== null && performance.now() - waitingSince < patience;
    if (isWaiting || socket.readyState !== WebSocket.OPEN) return;
    waitingSince = performance.now();
    const picture = await takePicture();
    if (picture && socket.readyState === WebSocket.OPEN) socket.send(picture);
    else waitingSince = null;
  }

  let timer;
  try {
    return await new Promise((resolve, reject) => {
      let opened = false;
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        onMessage(message);
        if (message.type === 'complete' || message.type === 'failed') return resolve(message);
        waitingSince = null;
        timer ??= setInterval(sendFrame, frameInterval);
      };
      socket.onopen = () => {
        opened = true;
      };
      socket.onclose = ({ code }) => reject(new ConnectionError(opened ? 'lost' : 'refused', code));
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

/** The connection was `refused` (never opened) or `lost` (without a last message). */
export class ConnectionError extends Error {
  constructor(/** @type {'refused' | 'lost'} */ kind, /** @type {number} */ code) {
    super(`The connection was ${kind} (close code ${code}).`);
    this.kind = kind;
    this.code = code;
  }
}

/** Takes pictures of what a video element shows, in its own shape; null before there is any. */
function createShutter(video) {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  return async () => {
    const { videoWidth, videoHeight } = video;
    if (!videoWidth) return null;
    const scale = Math.min(1, frameSide / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', frameQuality));
  };
}

function base64url(text) {
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
