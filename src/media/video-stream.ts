import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AVDISCARD_ALL,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVERROR_INVALIDDATA,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import {
  avGetCodecName,
  Codec,
  CodecContext,
  FFmpegError,
  type FormatContext,
  Frame,
  Packet,
  type Stream,
} from 'node-av/lib';
import { BonafideError } from '../errors.ts';

export type ClipCodec = 'h264' | 'hevc' | 'vp8' | 'vp9' | 'mjpeg';

const codecs: ReadonlyMap<number, ClipCodec> = new Map([
  [AV_CODEC_ID_H264, 'h264'],
  [AV_CODEC_ID_HEVC, 'hevc'],
  [AV_CODEC_ID_VP8, 'vp8'],
  [AV_CODEC_ID_VP9, 'vp9'],
  [AV_CODEC_ID_MJPEG, 'mjpeg'],
]);

/**
 * The first video stream that is no cover picture; the demuxer skips all others.
 *
 * @throws BonafideError `invalid_clip` where there is none
 */
export function chooseVideo(demuxer: FormatContext): Stream {
  const video = demuxer.streams.find(
    ({ codecpar, disposition }) =>
      codecpar.codecType === AVMEDIA_TYPE_VIDEO && !(disposition & AV_DISPOSITION_ATTACHED_PIC),
  );
  if (!video) throw new BonafideError('invalid_clip', 'The clip holds no video.');
  for (const stream of demuxer.streams) if (stream.index !== video.index) stream.discard = AVDISCARD_ALL;
  return video;
}

/** @throws BonafideError `unsupported_format` for a codec this server does not decode */
export function recogniseCodec({ codecpar }: Stream): ClipCodec {
  const codec = codecs.get(codecpar.codecId);
  if (codec) return codec;
  throw new BonafideError(
    'unsupported_format',
    `The video codec ${avGetCodecName(codecpar.codecId)} is not supported: send H.264, HEVC, VP8, VP9 or Motion JPEG.`,
  );
}

/**
 * Decodes a stream to its end. Every frame is the same object: it is valid until the next one is asked for.
 *
 * @param maxPixels frames with more pixels fail before anything is allocated for them
 * @throws FFmpegError where the file is damaged or ends early
 */
export async function* decodeFrames(
  demuxer: FormatContext,
  stream: Stream,
  maxPixels: number,
): AsyncGenerator<Frame> {
  const decoder = openDecoder(stream, maxPixels);
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  try {
    for (;;) {
      const isLast = !(await readPacket(demuxer, packet));
      FFmpegError.throwIfError(decoder.sendPacketSync(isLast ? null : packet), 'decode');
      packet.unref();
      let result = decoder.receiveFrameSync(frame);
      for (; result >= 0; result = decoder.receiveFrameSync(frame)) yield frame;
      if (result === AVERROR_EOF) return;
      if (result !== AVERROR_EAGAIN) FFmpegError.throwIfError(result, 'decode');
    }
  } finally {
    frame.free();
    packet.free();
    decoder.freeContext();
  }
}

/**
 * When the frames of a stream are shown, without decoding any: milliseconds since the first one, growing. Unlike
 * the length that a header declares, or leaves out, as browsers' recorders do, this is what the file holds.
 *
 * @param most frames that are read at most
 * @throws FFmpegError where the file is damaged
 */
export async function readFrameTimes(
  demuxer: FormatContext,
  stream: Stream,
  most: number,
): Promise<readonly number[]> {
  const packet = new Packet();
  packet.alloc();
  const stamps: bigint[] = [];
  try {
    while (stamps.length < most && (await readPacket(demuxer, packet))) {
      const stamp = packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts;
      if (stamp !== AV_NOPTS_VALUE && !(packet.flags & AV_PKT_FLAG_DISCARD)) stamps.push(stamp);
      packet.unref();
    }
  } finally {
    packet.free();
  }
  // Frames are stored in the order in which they are decoded.
  stamps.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return stamps.map((stamp) => toMilliseconds(stream, stamp - stamps[0]!));
}

/** A time of a stream, in its own ticks, as milliseconds. */
export function toMilliseconds({ timeBase: { num, den } }: Stream, ticks: bigint): number {
  return (Number(ticks) * num * 1000) / den;
}

/** False at the end of the file. */
async function readPacket(demuxer: FormatContext, packet: Packet): Promise<boolean> {
  const result = await demuxer.readFrame(packet);
  if (result === AVERROR_EOF) return false;
  FFmpegError.throwIfError(result, 'read');
  if (packet.flags & AV_PKT_FLAG_CORRUPT) throw new FFmpegError(AVERROR_INVALIDDATA);
  return true;
}

function openDecoder(stream: Stream, maxPixels: number): CodecContext {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  try {
    FFmpegError.throwIfError(decoder.parametersToContext(stream.codecpar), 'open');
    decoder.threadCount = 1; // Parallelism comes from processes.
    decoder.pktTimebase = stream.timeBase;
    FFmpegError.throwIfError(decoder.setOption('max_pixels', maxPixels), 'limit');
    FFmpegError.throwIfError(decoder.open2Sync(codec), 'open');
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}
