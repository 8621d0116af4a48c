import { AV_LOG_QUIET, AV_NOPTS_VALUE } from 'node-av/constants';
import { FFmpegError, type FormatContext, type Frame, Log, type Stream } from 'node-av/lib';
import { BonafideError } from '../errors.ts';
import { declaredLength } from './declared-length.ts';
import { type OpenClip, openClip } from './open-clip.ts';
import { type ClipContainer, sniffClip } from './sniff-clip.ts';
import { takeTimes } from './spread-frames.ts';
import { createFrameConverter, type UprightFrame } from './upright-frame.ts';
import {
  type ClipCodec,
  chooseVideo,
  decodeFrames,
  readFrameTimes,
  recogniseCodec,
  toMilliseconds,
} from './video-stream.ts';

/** What a clip may cost. */
export interface ClipLimits {
  /** Size of the file. */
  readonly maxBytes: number;
  /** From the first frame to the last, by the clip's own clock. */
  readonly maxMilliseconds: number;
  /** Decoded frames. */
  readonly maxFrames: number;
  /** Width times height of a frame; larger ones are refused before they are decoded. */
  readonly maxPixels: number;
  /** Longest side of the frames in pixels; larger ones are shrunk, smaller ones never grow. */
  readonly maxSide: number;
  /** So many frames at most, spread evenly over the clip, are converted and shown; all unless told otherwise. */
  readonly shownFrames?: number;
  /** Time spent on decoding; what the caller does with the frames does not count. */
  readonly maxDecodeMilliseconds: number;
}

/** One frame of a clip. */
export interface ClipFrame extends UprightFrame {
  /** The clip's own time stamp, counted from its first frame; never derived from a frame rate. */
  readonly milliseconds: number;
}

/** What a clip is, known when it was decoded to its end. */
export interface ClipSummary {
  readonly container: ClipContainer;
  readonly codec: ClipCodec;
  /** How many frames were decoded, at least 1. */
  readonly frames: number;
  /** Time stamp of the last frame. */
  readonly milliseconds: number;
}

type OnFrame = (frame: ClipFrame) => Promise<void> | void;

/**
 * Decodes a clip of unknown origin, one frame at a time: MP4, QuickTime, WebM, Matroska or AVI with
 * H.264, HEVC, VP8, VP9 or Motion JPEG. Sound and everything else in it is skipped, as is a frame that has
 * no time stamp or is not later than the one before it.
 *
 * A damaged or truncated clip is refused where the damage is met: `onFrame` has seen the frames before it.
 *
 * @param bytes the file, untouched; the container is read from them
 * @param onFrame sees each frame, or those that are to be shown, in turn; the next one is decoded when it is done
 * @param shouldStop asked at every frame and every read; ends the work with `cancelled`
 * @throws BonafideError `payload_too_large`, `unsupported_format`, `invalid_clip`, `too_many_pixels`,
 *   `clip_too_long`, `deadline_exceeded` or `cancelled`; FFmpeg's own words are only in `cause`
 */
export async function decodeClip(
  bytes: Uint8Array,
  limits: ClipLimits,
  onFrame: OnFrame,
  shouldStop: () => boolean = () => false,
): Promise<ClipSummary> {
  Log.setLevel(AV_LOG_QUIET);
  const container = recognise(bytes, limits);
  const work = startWork(limits, shouldStop);
  try {
    const open = () => openClip(bytes, container, work.isOver);
    const isShown = await chooseFrames(open, limits);
    return await withClip(open, async (demuxer) => ({
      container,
      ...(await decodeVideo(demuxer, limits, work, isShown, onFrame)),
    }));
  } catch (error) {
    if (!(error instanceof FFmpegError)) throw error;
    work.check();
    throw new BonafideError('invalid_clip', undefined, { cause: error });
  }
}

async function withClip<T>(
  open: () => Promise<OpenClip>,
  use: (demuxer: FormatContext) => Promise<T>,
): Promise<T> {
  const clip = await open();
  try {
    return await use(clip.demuxer);
  } finally {
    await clip.close();
  }
}

/** Tells, frame by frame, which ones are shown. To spread them, the file is first read once without decoding. */
async function chooseFrames(
  open: () => Promise<OpenClip>,
  { shownFrames, maxFrames }: ClipLimits,
): Promise<(milliseconds: number) => boolean> {
  if (shownFrames === undefined) return () => true;
  const times = await withClip(open, (demuxer) => readFrameTimes(demuxer, chooseVideo(demuxer), maxFrames));
  return takeTimes(times, shownFrames);
}

function recognise(bytes: Uint8Array, { maxBytes }: ClipLimits): ClipContainer {
  if (bytes.length > maxBytes) {
    throw new BonafideError(
      'payload_too_large',
      `The clip has ${bytes.length} bytes; this server accepts ${maxBytes}.`,
    );
  }
  const container = sniffClip(bytes);
  if (!container) throw new BonafideError('invalid_clip', 'The file begins like no clip.');
  if (declaredLength(bytes, container) > bytes.length) {
    throw new BonafideError('invalid_clip', 'The clip is truncated.');
  }
  return container;
}

/** How long decoding may still go on. */
interface Work {
  isOver(): boolean;
  /** @throws BonafideError `cancelled` or `deadline_exceeded` when it is over */
  check(): void;
  /** Does something else meanwhile, whose time does not count. */
  pause(something: () => Promise<void> | void): Promise<void>;
}

function startWork({ maxDecodeMilliseconds }: ClipLimits, shouldStop: () => boolean): Work {
  let deadline = performance.now() + maxDecodeMilliseconds;
  const isLate = () => performance.now() > deadline;
  return {
    isOver: () => isLate() || shouldStop(),
    check: () => {
      if (shouldStop()) throw new BonafideError('cancelled');
      if (isLate()) throw new BonafideError('deadline_exceeded', 'The clip takes too long to decode.');
    },
    pause: async (something) => {
      const started = performance.now();
      await something();
      deadline += performance.now() - started;
    },
  };
}

async function decodeVideo(
  demuxer: FormatContext,
  limits: ClipLimits,
  work: Work,
  isShown: (milliseconds: number) => boolean,
  onFrame: OnFrame,
): Promise<Omit<ClipSummary, 'container'>> {
  const video = chooseVideo(demuxer);
  const codec = recogniseCodec(video);
  refuseHeader(demuxer, video, limits);
  const timeOf = createClock(video);
  const converter = createFrameConverter(limits.maxSide);
  let decoded = 0;
  let frames = 0;
  let milliseconds = -1;
  try {
    for await (const frame of decodeFrames(demuxer, video, limits.maxPixels)) {
      work.check();
      const time = timeOf(frame);
      decoded++;
      if (decoded > limits.maxFrames || time > limits.maxMilliseconds) throw tooLong(limits);
      if (time <= milliseconds) continue;
      milliseconds = time;
      frames++;
      if (!isShown(milliseconds)) continue;
      const upright = converter.convert(frame);
      await work.pause(() => onFrame({ ...upright, milliseconds }));
    }
  } finally {
    converter.free();
  }
  if (frames === 0) throw new BonafideError('invalid_clip', 'The clip holds no frame.');
  return { codec, frames, milliseconds };
}

/** Spares the work where the header admits it; since it may lie, frames are measured and timed again. */
function refuseHeader(demuxer: FormatContext, video: Stream, limits: ClipLimits): void {
  const { width, height } = video.codecpar;
  if (width * height > limits.maxPixels) {
    throw new BonafideError(
      'too_many_pixels',
      `The clip has ${width} × ${height} = ${width * height} pixels; this server accepts ${limits.maxPixels}.`,
    );
  }
  const duration =
    video.duration > 0n ? toMilliseconds(video, video.duration) : Number(demuxer.duration) / 1000;
  if (duration > limits.maxMilliseconds) throw tooLong(limits);
}

function tooLong({ maxMilliseconds, maxFrames }: ClipLimits): BonafideError {
  return new BonafideError(
    'clip_too_long',
    `This server accepts clips of up to ${maxMilliseconds / 1000} seconds and ${maxFrames} frames.`,
  );
}

/** Tells when a frame is shown, in milliseconds since the first one it was asked about; -1: nobody knows. */
function createClock(video: Stream): (frame: Frame) => number {
  let start: bigint | undefined;
  return ({ bestEffortTimestamp: stamp }) => {
    if (stamp === AV_NOPTS_VALUE) return -1;
    start ??= stamp;
    return toMilliseconds(video, stamp - start);
  };
}
