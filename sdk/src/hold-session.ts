import { checkBrowser, openCamera, playCamera, watchCamera } from './camera.ts';
import { connect, type Loss, troubleOfLoss, troubleOfRefusal } from './connection.ts';
import { type Deadlines, pause, within } from './deadlines.ts';
import { follow } from './follow.ts';
import { createShutter } from './pictures.ts';
import { createFrameSender, type FrameReport, type SendFrames } from './send-frames.ts';
import type { SessionEvent } from './state.ts';
import { createTalk } from './talk.ts';
import { TroubleError } from './troubles.ts';
import { createFrameClock } from './video-frames.ts';
import { type Address, answersFrame, type ServerMessage } from './wire.ts';

/** What a session is held with. */
export interface SessionParts {
  readonly address: Address;
  /** Plays the camera; what is sent is not mirrored, however it is shown. */
  readonly video: HTMLVideoElement;
  readonly deadlines: Deadlines;
  /** Milliseconds of a turn, for contracts that do not say. */
  readonly turnTimeout?: number | undefined;
}

/** Who hears how a session goes. */
export interface SessionListener {
  tell(event: SessionEvent): void;
  onMessage(message: ServerMessage): void;
  onFrame(frame: FrameReport): void;
}

/**
 * Holds one session: asks for the camera, connects, sends frames until the server has decided. Camera and connection
 * are closed however it ends.
 *
 * @returns the server's last message
 * @throws TroubleError what kept it from an end; the signal's reason when it is aborted
 */
export async function holdSession(
  parts: SessionParts,
  listener: SessionListener,
  signal: AbortSignal,
): Promise<ServerMessage> {
  const { video, deadlines } = parts;
  checkBrowser();
  listener.tell({ type: 'phase', phase: 'permission' });
  const camera = await openCamera(deadlines, signal);
  const over = follow(signal);
  try {
    listener.tell({ type: 'phase', phase: 'camera' });
    const lost = new Promise<never>((_, reject) => {
      watchCamera(video, camera, deadlines, over.signal, () => reject(new TroubleError('camera_lost')));
    });
    const playing = playCamera(video, camera, deadlines, over.signal);
    // The way to the server takes as long as the camera's waking: both at once, or a slow link doubles the wait.
    const talking = talkUntilTheEnd(parts, listener, playing, over.signal);
    return await Promise.race([lost, talking, failing(playing)]);
  } finally {
    over.abort(new TroubleError('connection_lost'));
    camera.close();
    video.srcObject = null;
  }
}

/** Never gives anything but the error. */
function failing(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject);
  });
}

/** Milliseconds between attempts to come back: the first at once, for most losses are a phone's change of network. */
const attempts = [0, 500, 1_000, 2_000];

async function talkUntilTheEnd(
  parts: SessionParts,
  listener: SessionListener,
  playing: Promise<void>,
  signal: AbortSignal,
): Promise<ServerMessage> {
  const { address, video, deadlines } = parts;
  let isSlow = false;
  const sendFrames = createFrameSender({
    contract: address.contract,
    nextFrame: createFrameClock(video),
    takePicture: createShutter(video),
    deadlines,
    report(frame, isHopelesslySlow) {
      isSlow = isHopelesslySlow;
      listener.onFrame(frame);
    },
  });
  const hear = (message: ServerMessage) => {
    const at = performance.now();
    const { turnTimeout } = parts;
    listener.tell({
      type: 'message',
      at,
      message,
      isSlow,
      ...(turnTimeout !== undefined && { turnTimeout }),
    });
    listener.onMessage(message);
  };
  const startedAt = performance.now();
  let lostAt: number | null = null;
  for (let attempt = 0; ; ) {
    listener.tell({ type: 'phase', phase: lostAt === null ? 'connecting' : 'reconnecting' });
    try {
      const end = await talkOnce(parts, hear, sendFrames, playing, signal);
      if ('message' in end) return end.message;
      const trouble = 'refusal' in end ? end.refusal : troubleOfLoss(end.loss);
      if (trouble) throw trouble;
      if (address.contract === 'challenge') throw new TroubleError('connection_lost');
      // Whoever was greeted alone is no further than before: else a server that says no more would be asked for ever.
      if (!end.wasAnswered) {
        if (end.wasHeard) lostAt ??= performance.now();
        throw new TroubleError('connection_lost');
      }
      [lostAt, attempt] = [performance.now(), 0];
    } catch (error) {
      if (signal.aborted || !(error instanceof TroubleError)) throw error;
      const now = performance.now();
      if (error.code === 'server_busy' && now + error.retryAfter - startedAt < deadlines.busy) {
        listener.tell({ type: 'phase', phase: 'waiting' });
        await pause(error.retryAfter, signal);
        continue;
      }
      if (lostAt === null) throw error;
      if (!mayPass(error) || now - lostAt > deadlines.reconnect)
        throw error.code === 'offline' || error.code === 'tab_hidden'
          ? error
          : new TroubleError('connection_lost');
    }
    await pause(attempts[Math.min(attempt++, attempts.length - 1)]!, signal);
  }
}

/** Whether a connection that could not be opened may be a moment later; the server may not know yet that the first is lost. */
function mayPass({ code }: TroubleError): boolean {
  const passing = [
    'offline',
    'server_unreachable',
    'connect_timeout',
    'connection_refused',
    'answer_timeout',
    'connection_lost',
    'session_in_use',
  ];
  return passing.includes(code);
}

/** One connection, from its opening to its end. */
async function talkOnce(
  { address, deadlines }: SessionParts,
  hear: (message: ServerMessage) => void,
  sendFrames: SendFrames,
  playing: Promise<void>,
  signal: AbortSignal,
) {
  const talk = createTalk(address.contract);
  const over = follow(signal);
  let latest = performance.now();
  const heard = { wasHeard: false, wasAnswered: false };
  const onMessage = (message: ServerMessage) => {
    if (signal.aborted) return;
    latest = performance.now();
    const refusal = troubleOfRefusal(message);
    if (refusal) return talk.refuse(refusal);
    heard.wasHeard = true;
    heard.wasAnswered ||= answersFrame(address.contract, message);
    hear(message);
    talk.hear(message);
  };
  const onNonsense = () => talk.refuse(new TroubleError('server_failed'));
  const listener = { onMessage, onNonsense, onLoss: talk.lose };
  const connection = await connect(address, deadlines, signal, listener);
  loseWhenOffline(over.signal, () => latest, talk.lose);
  try {
    await within(Promise.race([talk.first, talk.end]), deadlines.answer, 'answer_timeout', signal);
    await Promise.race([playing, talk.end]);
    const end = await Promise.race([talk.end, sendFrames(connection, talk, over.signal)]);
    return { ...end, ...heard };
  } catch (error) {
    const isCut = error instanceof TroubleError && error.code === 'answer_timeout';
    if (isCut && heard.wasHeard && address.contract === 'sessions') return { loss: cut, ...heard };
    throw error;
  } finally {
    over.abort(new TroubleError('connection_lost'));
    connection.close();
  }
}

const cut: Loss = { code: 1006, reason: '' };

/** Milliseconds without a word after the network has gone: a server on this very machine would have answered. */
const offlinePatience = 2_000;

/** A socket notices late, or never, that its network is gone; the browser knows at once. */
function loseWhenOffline(signal: AbortSignal, latest: () => number, lose: (loss: Loss) => void): void {
  const onOffline = () => {
    const wentAt = performance.now();
    const timer = setTimeout(() => latest() < wentAt && lose(cut), offlinePatience);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  window.addEventListener('offline', onOffline, { signal });
}
