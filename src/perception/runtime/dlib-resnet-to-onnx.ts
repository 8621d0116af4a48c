import { encodeOnnxModel, type OnnxNode, type OnnxTensor } from './onnx-writer.ts';
import { readWeights, type TfTensor, type WeightSpec } from './tfjs-model.ts';
import { denseKernel } from './tfjs-to-onnx.ts';

/** Side of the net's input in pixels. */
export const chipSide = 150;

/** Length of the net's output. */
export const descriptorLength = 128;

/**
 * What the net was trained to have subtracted from red, green and blue bytes (dlib's
 * `input_rgb_image_sized`), and what its fork divides by then: face-api says 255 where dlib says 256,
 * and it is the fork that quantised the weights.
 */
const meanColour = [122.782, 117.001, 104.298] as const;
const white = 255;

/** One residual block: its name in the weights file, and its shape where it is a down block. */
interface Block {
  readonly name: string;
  readonly down?: {
    readonly from: number;
    readonly to: number;
    /** Rows and columns that the convolutions lose against the shortcut; zeros stand for them. */
    readonly lost: 0 | 1;
  };
}

/**
 * The 14 blocks of dlib's `anet_type` (`examples/dnn_face_recognition_ex.cpp`) for an input of 150
 * pixels: sides 35, 17, 8, 4 and 2.
 */
const blocks: readonly Block[] = [
  { name: 'conv32_1' },
  { name: 'conv32_2' },
  { name: 'conv32_3' },
  { name: 'conv64_down', down: { from: 32, to: 64, lost: 0 } },
  { name: 'conv64_1' },
  { name: 'conv64_2' },
  { name: 'conv64_3' },
  { name: 'conv128_down', down: { from: 64, to: 128, lost: 0 } },
  { name: 'conv128_1' },
  { name: 'conv128_2' },
  { name: 'conv256_down', down: { from: 128, to: 256, lost: 1 } },
  { name: 'conv256_1' },
  { name: 'conv256_2' },
  { name: 'conv256_down_out', down: { from: 256, to: 256, lost: 1 } },
];

/**
 * Writes dlib's face-recognition ResNet as an ONNX model in memory, from the weights that
 * `@vladmandic/face-api` ships: input `chip` `[batch, 3, 150, 150]`, RGB 0..255; output `descriptor`
 * `[batch, 128]`, of no particular length. Mean subtraction and the scale layers, which dlib trained in
 * place of batch normalisation, are folded into the convolutions.
 *
 * @param manifest the text of the weights manifest (JSON)
 * @param weights the bytes of the weights file
 * @throws Error naming the weight when it is missing or unknown, or the file is too short or too long
 */
export function dlibResNetToOnnx(manifest: string, weights: Uint8Array): Uint8Array {
  const groups = JSON.parse(manifest) as { weights: WeightSpec[] }[];
  const graph = new ResNetBuilder(
    readWeights(
      groups.flatMap((group) => group.weights),
      weights,
    ),
  );
  let value = graph.relu(graph.stem('chip'));
  value = graph.emit('MaxPool', [value], { kernel_shape: [3, 3], strides: [2, 2] });
  for (const block of blocks) value = graph.residual(value, block);
  value = graph.emit('ReduceMean', [value], { axes: [2, 3], keepdims: 0 });
  const { shape, data } = graph.weight('fc');
  graph.emit('MatMul', [value, graph.constant('fc', shape, Float32Array.from(data))], {}, 'descriptor');
  return encodeOnnxModel({
    inputs: [{ name: 'chip', dims: [-1, 3, chipSide, chipSide] }],
    outputs: [{ name: 'descriptor', dims: [-1, descriptorLength] }],
    nodes: graph.nodes,
    constants: graph.constants,
  });
}

/** A convolution that its scale layer is folded into. */
interface FoldedConvolution {
  readonly dims: readonly [number, number, number, number];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Collects the ONNX graph from input to output; values are known by their names. */
class ResNetBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #weights: ReadonlyMap<string, TfTensor>;

  constructor(weights: ReadonlyMap<string, TfTensor>) {
    this.#weights = weights;
  }

  weight(name: string): TfTensor {
    const weight = this.#weights.get(name);
    if (!weight) throw new Error(`The weights file has no weight ${name}.`);
    return weight;
  }

  constant(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    this.constants.push({ name, dims, data });
    return name;
  }

  /** Appends an operator and returns its output. */
  emit(
    op: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
    output = `${op}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  relu(value: string): string {
    return this.emit('Relu', [value]);
  }

  /** The first convolution, 7×7 with stride 2; no padding, so that the mean colour folds exactly. */
  stem(input: string): string {
    const name = 'conv32_down';
    return this.#convolve(input, name, subtractMean(this.#scaledConvolution(name)), 2, 0);
  }

  /** `Relu(shortcut + convolutions)`; a down block halves its image and averages its shortcut. */
  residual(input: string, { name, down }: Block): string {
    const first = this.#convolution(input, `${name}/conv1`, down ? 2 : 1, down ? 0 : 1);
    const second = this.#convolution(this.relu(first), `${name}/conv2`, 1, 1);
    if (!down) return this.relu(this.emit('Add', [second, input]));
    const { from, to, lost } = down;
    const pooled = this.emit('AveragePool', [input], { kernel_shape: [2, 2], strides: [2, 2] });
    const shortcut = this.#appendZeros(pooled, `${name}/shortcut`, [0, to - from, 0, 0]);
    const image = this.#appendZeros(second, `${name}/image`, [0, 0, lost, lost]);
    return this.relu(this.emit('Add', [shortcut, image]));
  }

  #convolution(input: string, name: string, stride: number, padding: number): string {
    return this.#convolve(input, name, this.#scaledConvolution(name), stride, padding);
  }

  #convolve(
    input: string,
    name: string,
    { dims, kernel, bias }: FoldedConvolution,
    stride: number,
    padding: number,
  ): string {
    const [out, , height, width] = dims;
    const constants = [
      this.constant(`${name}/kernel`, dims, kernel),
      this.constant(`${name}/bias`, [out], bias),
    ];
    return this.emit('Conv', [input, ...constants], {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  }

  #scaledConvolution(name: string): FoldedConvolution {
    const { dims, data } = denseKernel(this.weight(`${name}/conv/filters`));
    const bias = this.weight(`${name}/conv/bias`).data;
    const scale = this.weight(`${name}/scale/weights`).data;
    const shift = this.weight(`${name}/scale/biases`).data;
    const filterLength = data.length / dims[0];
    for (let out = 0, at = 0; out < dims[0]; out++)
      for (const end = at + filterLength; at < end; at++) data[at]! *= scale[out]!;
    return {
      dims,
      kernel: data,
      bias: Float32Array.from(bias, (value, out) => value * scale[out]! + shift[out]!),
    };
  }

  #appendZeros(input: string, name: string, after: readonly [number, number, number, number]): string {
    if (after.every((amount) => amount === 0)) return input;
    const pads = BigInt64Array.from([0, 0, 0, 0, ...after], BigInt);
    return this.emit('Pad', [input, this.constant(`${name}/pads`, [8], pads)], { mode: 'constant' });
  }
}

/** `conv(x / white − mean / white)` as one convolution of x. */
function subtractMean({ dims, kernel, bias }: FoldedConvolution): FoldedConvolution {
  const [, channels, height, width] = dims;
  const area = height * width;
  const folded = new Float32Array(kernel.length);
  const shifted = Float64Array.from(bias);
  for (const [at, value] of kernel.entries()) {
    const channel = Math.floor(at / area) % channels;
    folded[at] = value / white;
    shifted[Math.floor(at / (area * channels))]! -= (value * meanColour[channel]!) / white;
  }
  return { dims, kernel: folded, bias: Float32Array.from(shifted) };
}
