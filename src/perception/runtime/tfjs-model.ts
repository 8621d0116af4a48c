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

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
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
  const tensors = new Map<string, TfTensor>();
  let offset = 0;
  for (const spec of model.weightsManifest.flatMap((group) => group.weights)) {
    const { tensor, byteLength } = readWeight(spec, weights, offset);
    tensors.set(spec.name, tensor);
    offset += byteLength;
  }
  if (offset !== weights.length) {
    throw new Error(`The weights file has ${weights.length} bytes where the model describes ${offset}.`);
  }
  return { nodes, weights: tensors };
}

function readWeight(
  spec: WeightSpec,
  bytes: Uint8Array,
  offset: number,
): { tensor: TfTensor; byteLength: number } {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  const size = { float32: 4, int32: 4, float16: 2 }[stored];
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
  const data =
    stored === 'float32'
      ? new Float32Array(raw)
      : stored === 'int32'
        ? new Int32Array(raw)
        : halvesToSingles(new Uint16Array(raw));
  return { tensor: { shape: spec.shape, data }, byteLength };
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
