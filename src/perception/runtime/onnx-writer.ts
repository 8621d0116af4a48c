import { bytesField, integerField, message, textField } from './protobuf.ts';

/**
 * Writes ONNX models in memory: the few messages of `onnx.proto` that an inference graph needs. Field
 * numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */

/** One operator: `attributes` take integers (`axis`), lists of integers (`pads`) or strings. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[] | string>>;
}

/** A constant tensor; `data.length` is the product of `dims`. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A float32 input or output; -1 stands for a dimension known only at run time. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
}

/** IR version 8 came with opset 15; ONNX Runtime reads every pair up to its own. */
const irVersion = 8;
const opset = 13;
const elementType = { float: 1, int64: 7 } as const;
const attributeType = { int: 2, string: 3, ints: 7 } as const;

/** Encodes a graph as an ONNX `ModelProto` of opset 13. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const encodedGraph = message(
    ...graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, 'graph'),
    ...graph.constants.map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...graph.inputs.map((value) => bytesField(11, encodeValue(value))),
    ...graph.outputs.map((value) => bytesField(12, encodeValue(value))),
  );
  return message(
    integerField(1, irVersion),
    textField(2, 'bonafide'),
    bytesField(7, encodedGraph),
    bytesField(8, message(textField(1, ''), integerField(2, opset))),
  );
}

/** A `NodeProto`, named after its output. */
export function encodeNode(node: OnnxNode): Buffer {
  return message(
    ...node.inputs.map((name) => textField(1, name)),
    textField(2, node.output),
    textField(3, node.output),
    textField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      bytesField(5, encodeAttribute(name, value)),
    ),
  );
}

function encodeAttribute(name: string, value: number | readonly number[] | string): Buffer {
  if (typeof value === 'string') {
    return message(textField(1, name), textField(4, value), integerField(20, attributeType.string));
  }
  if (typeof value === 'number') {
    return message(textField(1, name), integerField(3, value), integerField(20, attributeType.int));
  }
  return message(
    textField(1, name),
    ...value.map((item) => integerField(8, item)),
    integerField(20, attributeType.ints),
  );
}

/** A `TensorProto`. */
export function encodeTensor({ name, dims, data }: OnnxTensor): Buffer {
  return message(
    ...dims.map((size) => integerField(1, size)),
    integerField(2, data instanceof Float32Array ? elementType.float : elementType.int64),
    textField(8, name),
    bytesField(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
}

function encodeValue({ name, dims }: OnnxValue): Buffer {
  const shape = message(
    ...dims.map((size) => bytesField(1, size < 0 ? textField(2, 'batch') : integerField(1, size))),
  );
  const tensorType = message(integerField(1, elementType.float), bytesField(2, shape));
  return message(textField(1, name), bytesField(2, message(bytesField(1, tensorType))));
}
