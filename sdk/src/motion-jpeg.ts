/** A picture of a clip. */
export interface ClipFrame {
  readonly jpeg: Uint8Array<ArrayBuffer>;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * A clip of JPEGs, evenly spread over `milliseconds`, as Motion JPEG in AVI (Microsoft, "AVI RIFF File Reference"): the one
 * container of those that the server reads which takes a page to write. Pictures of another size than the first,
 * as a phone gives when it is turned, are left out.
 *
 * @throws RangeError without any picture
 */
export function motionJpegClip(frames: readonly ClipFrame[], milliseconds: number): Blob {
  const [first] = frames;
  if (!first) throw new RangeError('A clip needs a picture.');
  const { width, height } = first;
  const pictures = frames
    .filter((frame) => frame.width === width && frame.height === height)
    .map(({ jpeg }) => jpeg);
  // Frames a second times 1000, for rates are fractions.
  const rate = Math.max(1, Math.round((pictures.length / milliseconds) * 1_000_000));
  const largest = Math.max(...pictures.map(({ length }) => length));
  const chunks = pictures.map((jpeg) => chunk('00dc', [jpeg]));
  const header = list('hdrl', [
    chunk('avih', [mainHeader({ rate, count: pictures.length, largest, width, height })]),
    list('strl', [
      chunk('strh', [streamHeader({ rate, count: pictures.length, largest, width, height })]),
      chunk('strf', [bitmapHeader(width, height)]),
    ]),
  ]);
  const parts = [...header, ...list('movi', chunks), ...chunk('idx1', [index(pictures)])];
  const riff = chunk('RIFF', [fourCharacters('AVI '), ...parts]);
  return new Blob([...riff], { type: 'video/avi' });
}

type Bytes = Uint8Array<ArrayBuffer>;

/** What the headers say of the pictures. */
interface Description {
  /** Frames in 1000 seconds. */
  readonly rate: number;
  readonly count: number;
  /** Of one picture, in bytes. */
  readonly largest: number;
  readonly width: number;
  readonly height: number;
}

const hasIndex = 0x10;
const isKeyFrame = 0x10;

function mainHeader({ rate, count, largest, width, height }: Description): Bytes {
  const microseconds = Math.round(1_000_000_000 / rate);
  return words(microseconds, 0, 0, hasIndex, count, 0, 1, largest, width, height, 0, 0, 0, 0);
}

function streamHeader({ rate, count, largest, width, height }: Description): Bytes {
  const frame = width | (height << 16);
  return concat([
    fourCharacters('vids'),
    fourCharacters('MJPG'),
    // Flags, priority and language, first frame; scale and rate; start, length, buffer; quality and size unknown; place.
    words(0, 0, 0, 1_000, rate, 0, count, largest, 0xffffffff, 0, 0, frame),
  ]);
}

/** BITMAPINFOHEADER: one plane of 24 bits. */
function bitmapHeader(width: number, height: number): Bytes {
  return concat([
    words(40, width, height, 1 | (24 << 16)),
    fourCharacters('MJPG'),
    words(width * height * 3, 0, 0, 0, 0),
  ]);
}

/** Where each picture lies, from the four characters `movi` on. */
function index(pictures: readonly Bytes[]): Bytes {
  let offset = 4;
  return concat(
    pictures.flatMap(({ length }) => {
      const entry = [fourCharacters('00dc'), words(isKeyFrame, offset, length)];
      offset += 8 + length + (length % 2);
      return entry;
    }),
  );
}

function list(name: string, chunks: readonly (readonly Bytes[])[]): readonly Bytes[] {
  return chunk('LIST', [fourCharacters(name), ...chunks.flat()]);
}

/** A name, the size of what follows, and that, filled up to an even number of bytes. */
function chunk(name: string, parts: readonly Bytes[]): readonly Bytes[] {
  const size = parts.reduce((total, { length }) => total + length, 0);
  const padding = size % 2 === 1 ? [new Uint8Array(1)] : [];
  return [fourCharacters(name), words(size), ...parts, ...padding];
}

function fourCharacters(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Unsigned numbers of 32 bits, little-endian. */
function words(...values: readonly number[]): Bytes {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, at) => void view.setUint32(at * 4, value >>> 0, true));
  return new Uint8Array(view.buffer);
}

function concat(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
