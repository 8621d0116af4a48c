/** Reads TensorFlow.js graph models: a JSON topology beside one binary file of weights. */

/** One node of a TensorFlow graph. `attr` values keep the shapes of TensorFlow's `AttrValue` in JSON. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, TfAttribute>>;
}

interface TfAttribute {
  readonly s?: string;
  readonly i?: string;
  readonly shape?: { readonly dim?: readonly { readonly size: string }[] };
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}

/** A constant of the graph in TensorFlow's own layout. */
export interface TfTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface TfjsModel {
  readonly nodes: readonly TfNode[];
  readonly weights: ReadonlyMap<string, TfTensor>;
}

/** How one weight is stored, as a weights manifest says it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** A byte stands for `byte · scale + min`; halves need neither. */
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/**
 * Parses a graph model.
 *
 * @param topology the text of the model's JSON file
 * @param weights the bytes of its weights file
 * @throws Error naming the weight when its type is unknown or the file is too short or too long
 */
export function parseTfjsModel(topology: string, weights: Uint8Array): TfjsModel {
  const model = JSON.parse(topology) as {
    format?: string;
    modelTopology?: { node?: TfNode[] };
    weightsManifest?: { weights: WeightSpec[] }[];
  };
  const nodes = model.modelTopology?.node;
  if (!nodes || !model.weightsManifest) throw new Error('This is not a TensorFlow.js graph model.');
  const specs = model.weightsManifest.flatMap((group) => group.weights);
  return { nodes, weights: readWeights(specs, weights) };
}

/**
 * Reads all weights of a file, which stand in the order of their manifest.
 *
 * @throws Error naming the weight when its type is unknown or the file is too short or too long
 */
export function readWeights(specs: readonly WeightSpec[], bytes: Uint8Array): Map<string, TfTensor> {
  const tensors = new Map<string, TfTensor>();
  let offset = 0;
  for (const spec of specs) {
    const { tensor, byteLength } = readWeight(spec, bytes, offset);
    tensors.set(spec.name, tensor);
    offset += byteLength;
  }
  if (offset !== bytes.length) {
    throw new Error(`The weights file has ${bytes.length} bytes where the model describes ${offset}.`);
  }
  return tensors;
}

function readWeight(
  spec: WeightSpec,
  bytes: Uint8Array,
  offset: number,
): { tensor: TfTensor; byteLength: number } {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  const size = { float32: 4, int32: 4, float16: 2, uint8: 1 }[stored];
  if (!size) throw new Error(`Weight ${spec.name} has the unknown type ${stored}.`);
  const count = spec.shape.reduce((product, length) => product * length, 1);
  const byteLength = count * size;
  if (offset + byteLength > bytes.length) {
    throw new Error(
      `The weights file is too short: weight ${spec.name} ends at byte ${offset + byteLength} of ${bytes.length}.`,
    );
  }
  // A copy of its own: offsets need not be multiples of four, and a Buffer's slice would share memory.
  const raw = new Uint8Array(bytes.subarray(offset, offset + byteLength)).buffer;
  return { tensor: { shape: spec.shape, data: decode(raw, stored, spec) }, byteLength };
}

function decode(raw: ArrayBuffer, stored: string, { quantization }: WeightSpec): TfTensor['data'] {
  if (stored === 'float32') return new Float32Array(raw);
  if (stored === 'int32') return new Int32Array(raw);
  if (stored === 'float16') return halvesToSingles(new Uint16Array(raw));
  const { scale = 1, min = 0 } = quantization ?? {};
  const bytes = new Uint8Array(raw);
  const values = new Float32Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) values[at] = bytes[at]! * scale + min;
  return values;
}

function halvesToSingles(halves: Uint16Array): Float32Array {
  const singles = new Float32Array(halves.length);
  for (let at = 0; at < halves.length; at++) singles[at] = halfToSingle(halves[at]!);
  return singles;
}

/** IEEE 754 binary16 to a number. */
function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
