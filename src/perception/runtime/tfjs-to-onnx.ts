import { encodeOnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-writer.ts';
import { preluAsConvolutions } from './rewrite-prelu.ts';
import type { TfjsModel, TfNode, TfTensor } from './tfjs-model.ts';

/**
 * Translates a TensorFlow.js graph model into an ONNX model in memory.
 *
 * Images stay NHWC at the graph's ends, as the model's documentation describes them. Inside they are
 * NCHW, which ONNX operators want: a transpose stands behind each input, and before each Reshape and
 * each output that still is an image.
 *
 * @throws Error naming the operator, attribute or weight that it does not know
 */
export function translateToOnnx(model: TfjsModel): Uint8Array {
  const graph = new GraphBuilder(model.weights);
  for (const node of model.nodes) translateNode(graph, node);
  for (const name of terminalNodes(model.nodes)) graph.addOutput(name);
  return encodeOnnxModel(graph);
}

/** A tensor of the new graph; `shape` is in TensorFlow's order (NHWC for images). */
interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Collects the ONNX graph while TensorFlow's nodes are walked in their topological order. */
class GraphBuilder {
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #values = new Map<string, Value>();
  readonly #weights: ReadonlyMap<string, TfTensor>;

  constructor(weights: ReadonlyMap<string, TfTensor>) {
    this.#weights = weights;
  }

  /** The tensor that feeds input `index` of a node. */
  value(node: TfNode, index: number): Value {
    const name = node.input?.[index]?.replace(/:0$/, '') ?? '';
    const value = this.#values.get(name);
    if (!value)
      throw new Error(`${node.op} ${node.name}: input ${index} (${name || 'none'}) is not an activation.`);
    return value;
  }

  /** The constant that feeds input `index` of a node. */
  weight(node: TfNode, index: number): TfTensor {
    const name = node.input?.[index]?.replace(/:0$/, '') ?? '';
    const weight = this.#weights.get(name);
    if (!weight)
      throw new Error(`${node.op} ${node.name}: input ${index} (${name || 'none'}) is not a weight.`);
    return weight;
  }

  define(tfName: string, value: Value): void {
    this.#values.set(tfName, value);
  }

  /** Appends an operator and returns its output. */
  emit(
    op: string,
    output: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: OnnxNode['attributes'] = {},
  ): Value {
    this.nodes.push({ op, inputs, output, attributes });
    return { name: output, shape };
  }

  constant(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    this.constants.push({ name, dims, data });
    return name;
  }

  addInput(name: string, shape: readonly number[]): void {
    this.inputs.push({ name, dims: shape });
    this.define(name, this.emit('Transpose', `${name}/nchw`, [name], shape, { perm: [0, 3, 1, 2] }));
  }

  /** The value in TensorFlow's own layout. */
  inTensorFlowLayout(value: Value): Value {
    if (value.shape.length !== 4) return value;
    return this.emit('Transpose', `${value.name}/nhwc`, [value.name], value.shape, { perm: [0, 2, 3, 1] });
  }

  addOutput(name: string): void {
    const value = this.inTensorFlowLayout(this.#values.get(name) as Value);
    this.emit('Identity', name, [value.name], value.shape);
    this.outputs.push({ name, dims: value.shape });
  }
}

function translateNode(graph: GraphBuilder, node: TfNode): void {
  const translate = translations[node.op];
  if (!translate) throw new Error(`Unknown operator ${node.op} (node ${node.name}).`);
  const value = translate(graph, node);
  if (value) graph.define(node.name, value);
}

const translations: Readonly<Record<string, (graph: GraphBuilder, node: TfNode) => Value | undefined>> = {
  Const: () => undefined,
  Placeholder: (graph, node) => {
    graph.addInput(
      node.name,
      (node.attr?.shape?.shape?.dim ?? []).map((dim) => Number(dim.size)),
    );
    return undefined;
  },
  Identity: (graph, node) => graph.value(node, 0),
  Relu: (graph, node) => elementwise(graph, node, 'Relu', 1),
  Sigmoid: (graph, node) => elementwise(graph, node, 'Sigmoid', 1),
  AddV2: (graph, node) => elementwise(graph, node, 'Add', 2),
  Prelu: (graph, node) => prelu(graph, node.name, graph.value(node, 0), graph.weight(node, 1)),
  _FusedConv2D: fusedConvolution,
  DepthwiseConv2dNative: (graph, node) => convolve(graph, node, depthwiseKernel(graph.weight(node, 1))),
  MaxPool: maxPool,
  Pad: pad,
  ConcatV2: concatenate,
  Reshape: reshape,
};

function elementwise(graph: GraphBuilder, node: TfNode, op: string, operands: number): Value {
  const inputs = Array.from({ length: operands }, (_, index) => graph.value(node, index));
  const first = inputs[0] as Value;
  if (inputs.some(({ shape }) => shape.join() !== first.shape.join())) {
    throw new Error(`${node.op} ${node.name}: operands of different shapes.`);
  }
  return graph.emit(
    op,
    `${node.name}/onnx`,
    inputs.map(({ name }) => name),
    first.shape,
  );
}

/** A convolution's kernel in ONNX order `[out, in / groups, height, width]`. */
export interface Kernel {
  readonly dims: readonly [number, number, number, number];
  readonly groups: number;
  readonly data: Float32Array;
}

function fusedConvolution(graph: GraphBuilder, node: TfNode): Value {
  const fused = (node.attr?.fused_ops?.list?.s ?? []).map((text) => Buffer.from(text, 'base64').toString());
  const [first, activation, ...rest] = fused;
  if (first !== 'BiasAdd' || rest.length > 0)
    throw new Error(`${node.op} ${node.name}: unknown fusion ${fused}.`);
  const sum = convolve(graph, node, denseKernel(graph.weight(node, 1)), graph.weight(node, 2));
  if (activation === undefined) return sum;
  if (activation === 'Relu') return graph.emit('Relu', `${node.name}/relu`, [sum.name], sum.shape);
  if (activation === 'Prelu') return prelu(graph, node.name, sum, graph.weight(node, 3));
  throw new Error(`${node.op} ${node.name}: unknown fusion ${activation}.`);
}

function convolve(graph: GraphBuilder, node: TfNode, kernel: Kernel, bias?: TfTensor): Value {
  const [out, , height, width] = kernel.dims;
  const { shape, pads, strides } = slidingWindow(graph.value(node, 0), node, [height, width], out);
  const inputs = [graph.value(node, 0).name, graph.constant(`${node.name}/kernel`, kernel.dims, kernel.data)];
  if (bias) inputs.push(graph.constant(`${node.name}/bias`, [out], floats(bias)));
  return graph.emit('Conv', `${node.name}/convolution`, inputs, shape, {
    kernel_shape: [height, width],
    strides,
    pads,
    group: kernel.groups,
  });
}

/** TensorFlow's `[height, width, in, out]` to ONNX. */
export function denseKernel({ shape, data }: TfTensor): Kernel {
  const [height = 0, width = 0, input = 0, output = 0] = shape;
  const reordered = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < output; o++)
    for (let i = 0; i < input; i++)
      for (let cell = 0; cell < height * width; cell++)
        reordered[at++] = data[(cell * input + i) * output + o]!;
  return { dims: [output, input, height, width], groups: 1, data: reordered };
}

/** TensorFlow's `[height, width, in, multiplier]`, whose output channel is `in · multiplier + m`. */
function depthwiseKernel({ shape, data }: TfTensor): Kernel {
  const [height = 0, width = 0, input = 0, multiplier = 0] = shape;
  const channels = input * multiplier;
  const reordered = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel++)
    for (let cell = 0; cell < height * width; cell++)
      reordered[channel * height * width + cell] = data[cell * channels + channel]!;
  return { dims: [channels, 1, height, width], groups: input, data: reordered };
}

function prelu(graph: GraphBuilder, name: string, input: Value, slopes: TfTensor): Value {
  const channels = input.shape[3] ?? 0;
  if (slopes.data.length !== channels)
    throw new Error(`Prelu ${name}: ${slopes.data.length} slopes for ${channels} channels.`);
  const { nodes, constants } = preluAsConvolutions(input.name, `${name}/prelu`, floats(slopes));
  graph.nodes.push(...nodes);
  graph.constants.push(...constants);
  return { name: `${name}/prelu`, shape: input.shape };
}

function maxPool(graph: GraphBuilder, node: TfNode): Value {
  const [, height = 1, width = 1] = integers(node, 'ksize');
  const input = graph.value(node, 0);
  const { shape, pads, strides } = slidingWindow(input, node, [height, width], input.shape[3] ?? 0);
  return graph.emit('MaxPool', `${node.name}/onnx`, [input.name], shape, {
    kernel_shape: [height, width],
    strides,
    pads,
  });
}

/**
 * Output shape and explicit padding of a window that slides over an image. TensorFlow's SAME padding
 * puts the odd pixel at the bottom right, so at stride 2 it is not symmetric
 * (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
function slidingWindow(input: Value, node: TfNode, window: readonly [number, number], channels: number) {
  const [batch = -1, ...size] = input.shape;
  const [, ...strides] = integers(node, 'strides').slice(0, 3);
  if (integers(node, 'dilations').some((dilation) => dilation !== 1))
    throw new Error(`${node.op} ${node.name}: dilation.`);
  const padding = Buffer.from(node.attr?.padding?.s ?? '', 'base64').toString();
  if (padding !== 'SAME' && padding !== 'VALID')
    throw new Error(`${node.op} ${node.name}: unknown padding ${padding}.`);
  const axes = window.map((length, axis) => {
    const extent = size[axis] ?? 0;
    const stride = strides[axis] ?? 1;
    const steps =
      padding === 'SAME' ? Math.ceil(extent / stride) : Math.floor((extent - length) / stride) + 1;
    const total = padding === 'SAME' ? Math.max((steps - 1) * stride + length - extent, 0) : 0;
    return { steps, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
  });
  return {
    shape: [batch, ...axes.map(({ steps }) => steps), channels],
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    strides,
  };
}

function pad(graph: GraphBuilder, node: TfNode): Value {
  const input = graph.value(node, 0);
  const amounts = Array.from(graph.weight(node, 1).data);
  const before = input.shape.map((_, axis) => amounts[axis * 2] ?? 0);
  const after = input.shape.map((_, axis) => amounts[axis * 2 + 1] ?? 0);
  const shape = input.shape.map((length, axis) =>
    axis === 0 ? length : length + before[axis]! + after[axis]!,
  );
  const pads = [...channelsFirst(before), ...channelsFirst(after)];
  const constant = graph.constant(`${node.name}/pads`, [pads.length], BigInt64Array.from(pads, BigInt));
  return graph.emit('Pad', `${node.name}/onnx`, [input.name, constant], shape, { mode: 'constant' });
}

function concatenate(graph: GraphBuilder, node: TfNode): Value {
  const count = (node.input?.length ?? 0) - 1;
  const parts = Array.from({ length: count }, (_, index) => graph.value(node, index));
  const first = parts[0] as Value;
  const rank = first.shape.length;
  const axis = ((graph.weight(node, count).data[0] ?? 0) + rank) % rank;
  const total = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const shape = first.shape.map((length, index) => (index === axis ? total : length));
  return graph.emit(
    'Concat',
    `${node.name}/onnx`,
    parts.map(({ name }) => name),
    shape,
    {
      axis: rank === 4 ? channelsFirst([0, 1, 2, 3]).indexOf(axis) : axis,
    },
  );
}

function reshape(graph: GraphBuilder, node: TfNode): Value {
  const input = graph.inTensorFlowLayout(graph.value(node, 0));
  const shape = Array.from(graph.weight(node, 1).data);
  const constant = graph.constant(`${node.name}/shape`, [shape.length], BigInt64Array.from(shape, BigInt));
  if (shape.length === 4) throw new Error(`Reshape ${node.name}: to an image.`);
  return graph.emit('Reshape', `${node.name}/onnx`, [input.name, constant], shape);
}

/** Nodes that nobody reads: the model's outputs. */
function terminalNodes(nodes: readonly TfNode[]): string[] {
  const read = new Set(nodes.flatMap((node) => (node.input ?? []).map((name) => name.replace(/:0$/, ''))));
  return nodes.filter((node) => node.op !== 'Const' && !read.has(node.name)).map((node) => node.name);
}

function channelsFirst<T>([n, h, w, c]: readonly T[]): T[] {
  return [n, c, h, w] as T[];
}

function integers(node: TfNode, attribute: string): number[] {
  return (node.attr?.[attribute]?.list?.i ?? []).map(Number);
}

function floats({ data }: TfTensor): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
