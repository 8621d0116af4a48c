/**
 * Arrays in NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), as far as
 * templates need it: little-endian floats, whole numbers and texts, without pickled objects.
 */
export type NpyArray =
  | { readonly kind: 'floats'; readonly shape: readonly number[]; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly value: string };

const magic = Buffer.from('\x93NUMPY', 'latin1');

/** One row of floats of 32 bits. */
export function writeFloats(values: Float32Array): Buffer {
  const data = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) data.writeFloatLE(value, at * 4);
  return withHeader('<f4', `(${values.length},)`, data);
}

/** One whole number of 32 bits, without a dimension. */
export function writeInteger(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeInt32LE(value);
  return withHeader('<i4', '()', data);
}

/** One text, without a dimension: NumPy keeps four bytes a code point, and drops NULs at the end. */
export function writeText(text: string): Buffer {
  const points = [...text].map((letter) => letter.codePointAt(0)!);
  const data = Buffer.alloc(Math.max(points.length, 1) * 4);
  for (const [at, point] of points.entries()) data.writeUInt32LE(point, at * 4);
  return withHeader(`<U${data.length / 4}`, '()', data);
}

function withHeader(type: string, shape: string, data: Buffer): Buffer {
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`;
  // The data begins at a multiple of 64; the header ends with a line break.
  const padding = 63 - ((magic.length + 4 + dictionary.length) % 64);
  const header = Buffer.from(`${dictionary}${' '.repeat(padding)}\n`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([magic, Buffer.from([1, 0]), length, header, data]);
}

/** @throws Error that says what is wrong, where it is another kind of array or none at all */
export function readNpy(bytes: Uint8Array): NpyArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12 || !buffer.subarray(0, 6).equals(magic)) throw new Error('is no array of NumPy');
  const [lengthBytes, start] = buffer[6] === 1 ? [2, 10] : [4, 12];
  const end = start + buffer.readUIntLE(8, lengthBytes);
  const header = buffer.toString('latin1', start, end);
  const match =
    /'descr': *'([<|>=]?[a-zA-Z]\d*)'.*'fortran_order': *(?:False|True).*'shape': *\(([\d, ]*)\)/.exec(
      header,
    );
  if (!match || end > buffer.length) throw new Error('has a header that is not understood');
  const shape = match[2]!
    .split(',')
    .filter((size) => size.trim())
    .map(Number);
  return readData(match[1]!, shape, buffer.subarray(end));
}

const numbers: Readonly<
  Record<string, readonly [bytes: number, read: (data: Buffer, at: number) => number]>
> = {
  '<f4': [4, (data, at) => data.readFloatLE(at)],
  '<f8': [8, (data, at) => data.readDoubleLE(at)],
  '<i4': [4, (data, at) => data.readInt32LE(at)],
  '<i8': [8, (data, at) => Number(data.readBigInt64LE(at))],
};

function readData(type: string, shape: readonly number[], data: Buffer): NpyArray {
  const count = shape.reduce((product, size) => product * size, 1);
  const [, textLength] = /^<U(\d+)$/.exec(type) ?? [];
  if (textLength !== undefined && count === 1) {
    if (data.length !== Number(textLength) * 4) throw new Error('is cut off');
    return { kind: 'text', value: readText(data) };
  }
  const number = numbers[type];
  if (!number) throw new Error(`has the type ${type}, which is not expected`);
  const [bytes, read] = number;
  if (data.length !== count * bytes) throw new Error('is cut off');
  return {
    kind: 'floats',
    shape,
    values: Float64Array.from({ length: count }, (_, at) => read(data, at * bytes)),
  };
}

function readText(data: Buffer): string {
  const points = Array.from({ length: data.length / 4 }, (_, at) => data.readUInt32LE(at * 4));
  if (points.some((point) => point > 0x10ffff)) throw new Error('is no text');
  return String.fromCodePoint(...points).replace(/\0+$/, '');
}
