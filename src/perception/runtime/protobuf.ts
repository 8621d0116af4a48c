/**
 * The protocol-buffers wire format, as far as ONNX needs it
 * (https://protobuf.dev/programming-guides/encoding/).
 */

/** Joins encoded fields to a message. */
export function message(...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields);
}

/** A field that holds an integer. */
export function integerField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

/** A field that holds bytes: a message, a packed list or raw data. */
export function bytesField(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** A field that holds UTF-8 text. */
export function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

/** Negative numbers take the ten bytes of their 64-bit two's complement. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** One field of a message as it stands in the file. */
export interface Field {
  readonly field: number;
  /** What a field of bytes holds; empty for numbers. */
  readonly content: Buffer;
  /** The whole field, key included. */
  readonly encoded: Buffer;
}

/**
 * Takes a message apart.
 *
 * @throws RangeError when it is cut off; Error for the wire types that proto3 no longer has
 */
export function readFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const key = readVarint(bytes, at);
    const value = readWireValue(bytes, key.end, key.value & 7);
    at = value.end;
    fields.push({ field: key.value >>> 3, content: value.content, encoded: bytes.subarray(start, at) });
  }
  return fields;
}

function readWireValue(bytes: Buffer, at: number, wireType: number): { content: Buffer; end: number } {
  const none = bytes.subarray(0, 0);
  switch (wireType) {
    case 0:
      return { content: none, end: readVarint(bytes, at).end };
    case 1:
      return { content: none, end: within(bytes, at + 8) };
    case 2: {
      const { value, end } = readVarint(bytes, at);
      return { content: bytes.subarray(end, within(bytes, end + value)), end: end + value };
    }
    case 5:
      return { content: none, end: within(bytes, at + 4) };
    default:
      throw new Error(`Unknown protobuf wire type ${wireType}.`);
  }
}

/** Values past 2⁵³ lose digits; lengths and keys never are. */
function readVarint(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes.readUInt8(at++);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at };
  }
}

function within(bytes: Buffer, end: number): number {
  if (end > bytes.length) throw new RangeError('A protobuf message is cut off.');
  return end;
}
