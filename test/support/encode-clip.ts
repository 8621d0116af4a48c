import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_SAMPLE_FMT_S16,
  AVERROR_EAGAIN,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
  FF_ENCODER_MPEG4,
  FF_ENCODER_PCM_S16LE,
} from 'node-av/constants';
import {
  avChannelLayoutDefault,
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  Frame,
  Log,
  Packet,
  Rational,
  SoftwareScaleContext,
  type Stream,
} from 'node-av/lib';
import type { RgbImage } from '../../src/media/image.ts';

/** FFmpeg's encoders for tests; MPEG-4 Part 2 is one that the server refuses. */
const encoders = {
  h264: FF_ENCODER_LIBX264,
  hevc: FF_ENCODER_LIBX265,
  vp8: FF_ENCODER_LIBVPX_VP8,
  vp9: FF_ENCODER_LIBVPX_VP9,
  mjpeg: FF_ENCODER_MJPEG,
  mpeg4: FF_ENCODER_MPEG4,
};

/** How a test clip is made. */
export interface ClipRecipe {
  readonly format: 'mp4' | 'mov' | 'webm' | 'matroska' | 'avi';
  readonly codec: keyof typeof encoders;
  /** Pictures of one even size with the times they are shown at, which rise. */
  readonly frames: readonly { readonly image: RgbImage; readonly milliseconds: number }[];
  /** Ticks of the clip's clock in a second; AVI knows no others than its frame rate. Default: 1000. */
  readonly ticks?: number;
  /** The display matrix that a phone writes: a, b, c, d of libavutil/display.h, each -1, 0 or 1. */
  readonly turn?: readonly [number, number, number, number];
  /** Options of FFmpeg's muxer, `movflags` for instance. */
  readonly muxer?: Readonly<Record<string, string>>;
}

const check = (code: number, operation: string) => FFmpegError.throwIfError(code, operation);

/** Encodes a clip with the FFmpeg of node-av: what a camera or a browser would upload. */
export async function encodeClip(recipe: ClipRecipe): Promise<Uint8Array> {
  const { codec, frames, ticks = 1000, turn } = recipe;
  const encoder = allocateEncoder(encoders[codec]);
  const { width = 0, height = 0 } = frames[0]?.image ?? {};
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = codec === 'mjpeg' ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  encoder.timeBase = new Rational(1, ticks);
  encoder.framerate = new Rational(25, 1);
  encoder.bitRate = 500_000n;
  const times = frames.map(({ milliseconds }) => Math.round((milliseconds * ticks) / 1000));
  const pictures = frames.map(({ image }, index) => {
    const frame = toFrame(image, encoder);
    const time = times[index] ?? 0;
    frame.pts = BigInt(time);
    frame.duration = BigInt((times[index + 1] ?? time + ticks / 25) - time);
    return frame;
  });
  return encode(recipe, encoder, pictures, (stream) => {
    if (turn) stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, displayMatrix(turn));
  });
}

/** A clip of one second of silence and no picture. */
export async function encodeSilence(format: ClipRecipe['format']): Promise<Uint8Array> {
  const sampleRate = 8000;
  const encoder = allocateEncoder(FF_ENCODER_PCM_S16LE);
  const channelLayout = avChannelLayoutDefault(1);
  encoder.sampleRate = sampleRate;
  encoder.sampleFormat = AV_SAMPLE_FMT_S16;
  encoder.channelLayout = channelLayout;
  encoder.timeBase = new Rational(1, sampleRate);
  const sound = Frame.fromAudioBuffer(Buffer.alloc(sampleRate * 2), {
    nbSamples: sampleRate,
    format: AV_SAMPLE_FMT_S16,
    sampleRate,
    channelLayout,
    pts: 0n,
  });
  return encode({ format }, encoder, [sound]);
}

function allocateEncoder(name: (typeof encoders)[keyof typeof encoders] | typeof FF_ENCODER_PCM_S16LE) {
  Log.setLevel(AV_LOG_QUIET);
  const encoder = new CodecContext();
  encoder.allocContext3(Codec.findEncoderByName(name));
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_FRAME_DURATION);
  encoder.threadCount = 1;
  return encoder;
}

function toFrame(image: RgbImage, { pixelFormat }: CodecContext): Frame {
  const { width, height } = image;
  const rgb = Frame.fromVideoBuffer(Buffer.from(image.data), { width, height, format: AV_PIX_FMT_RGB24 });
  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = pixelFormat;
  check(frame.getBuffer(), 'allocate');
  const scaler = new SoftwareScaleContext();
  scaler.allocContext();
  check(scaler.scaleFrameSync(frame, rgb), 'convert');
  scaler.freeContext();
  rgb.free();
  return frame;
}

function displayMatrix([a, b, c, d]: readonly [number, number, number, number]): Buffer {
  const one = 65_536;
  return Buffer.from(Int32Array.of(a * one, b * one, 0, c * one, d * one, 0, 0, 0, 16_384 * one).buffer);
}

async function encode(
  { format, muxer: options = {} }: Pick<ClipRecipe, 'format' | 'muxer'>,
  encoder: CodecContext,
  frames: readonly Frame[],
  prepare: (stream: Stream) => void = () => {},
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-clip-'));
  const file = join(folder, 'clip');
  const muxer = new FormatContext();
  const packet = new Packet();
  packet.alloc();
  try {
    check(encoder.open2Sync(), 'open the encoder');
    check(muxer.allocOutputContext2(null, format, file), 'allocate the muxer');
    const stream = muxer.newStream(null);
    check(stream.codecpar.fromContext(encoder), 'describe the stream');
    stream.timeBase = encoder.timeBase;
    prepare(stream);
    check(muxer.openOutputSync(), 'open the file');
    check(muxer.writeHeaderSync(Dictionary.fromObject(options)), 'write the header');
    for (const frame of [...frames, null]) {
      check(encoder.sendFrameSync(frame), 'encode');
      let result = encoder.receivePacketSync(packet);
      for (; result >= 0; result = encoder.receivePacketSync(packet)) {
        packet.streamIndex = stream.index;
        packet.rescaleTs(encoder.timeBase, stream.timeBase);
        check(muxer.interleavedWriteFrameSync(packet), 'write a packet');
      }
      if (frame && result !== AVERROR_EAGAIN) check(result, 'encode');
    }
    check(muxer.writeTrailerSync(), 'write the trailer');
    muxer.closeOutputSync();
    return readFileSync(file);
  } finally {
    for (const frame of frames) frame.free();
    packet.free();
    encoder.freeContext();
    muxer.freeContext();
    rmSync(folder, { recursive: true });
  }
}
