import { AVERROR_EXIT, AVSEEK_CUR, AVSEEK_END, AVSEEK_SIZE } from 'node-av/constants';
import { FFmpegError, FormatContext, InputFormat, IOContext } from 'node-av/lib';
import type { ClipContainer } from './sniff-clip.ts';

/** FFmpeg's demuxer for each container; it is named, never probed, so no playlist or image sequence is read. */
const demuxers: Readonly<Record<ClipContainer, string>> = { mp4: 'mov', matroska: 'matroska', avi: 'avi' };

/**
 * Bytes of FFmpeg's read buffer; longer reads bypass it. Small, for node-av 6.1 never frees it: with 64 KiB a
 * process grew by 66 KB a clip, with this by 2, at the same speed.
 */
const BUFFER = 1024;

/** More streams than any camera writes. */
const MAX_STREAMS = 16;

/** A clip whose header was read. */
export interface OpenClip {
  readonly demuxer: FormatContext;
  /** Frees everything; call it once. */
  close(): Promise<void>;
}

/**
 * Opens a clip in memory: no file is written, and the demuxer can open none.
 *
 * @param isOver asked at every read of FFmpeg's; once true, reading fails
 * @throws FFmpegError when the header is damaged
 */
export async function openClip(
  bytes: Uint8Array,
  container: ClipContainer,
  isOver: () => boolean,
): Promise<OpenClip> {
  const input = readFrom(bytes, isOver);
  const demuxer = new FormatContext();
  demuxer.allocContext();
  demuxer.pb = input;
  const close = async () => {
    demuxer.pb = null;
    await demuxer.closeInput();
    input.freeContext();
  };
  try {
    demuxer.maxStreams = MAX_STREAMS;
    FFmpegError.throwIfError(demuxer.setOption('protocol_whitelist', ''), 'limit');
    const format = InputFormat.findInputFormat(demuxers[container]);
    FFmpegError.throwIfError(await demuxer.openInput('', format), 'open');
  } catch (error) {
    await close();
    throw error;
  }
  return { demuxer, close };
}

function readFrom(bytes: Uint8Array, isOver: () => boolean): IOContext {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  const read = (size: number) => {
    if (isOver()) return AVERROR_EXIT;
    const block = buffer.subarray(position, position + size);
    position += block.length;
    return block.length > 0 ? block : null;
  };
  const seek = (offset: bigint, whence: number) => {
    if (whence === AVSEEK_SIZE) return BigInt(buffer.length);
    const base = whence === AVSEEK_CUR ? position : whence === AVSEEK_END ? buffer.length : 0;
    position = base + Number(offset);
    return BigInt(position);
  };
  const input = new IOContext();
  input.allocContextWithCallbacks(BUFFER, 0, read, null, seek);
  return input;
}
