import * as ort from 'onnxruntime-node';
import { encodeOnnxModel } from './onnx-writer.ts';

/** A loaded model that runs float32 tensors by name. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Declared shape of each input, -1 where it is free. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** Likewise of each output. */
  readonly outputShapes: Readonly<Record<string, readonly number[]>>;
  /** Runs the model and returns each output's values by name. */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Float32Array>>>;
}

/** Values and shape of an input. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly threads: number;
}

/** Loads an ONNX model into ONNX Runtime. */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [...options.executionProviders],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // An idle process must not spin a core that another one could use.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputShapes: shapes(session.inputMetadata),
    outputShapes: shapes(session.outputMetadata),
    run: async (inputs) => {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]),
      );
      const outputs = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
      );
    },
  };
}

function shapes(metadata: readonly ort.InferenceSession.ValueMetadata[]): Record<string, readonly number[]> {
  return Object.fromEntries(
    metadata.map((value) => [
      value.name,
      value.isTensor ? value.shape.map((size) => (typeof size === 'number' ? size : -1)) : [],
    ]),
  );
}

/**
 * The execution providers among `wanted` that really run a model on this machine; a build may know a
 * provider whose libraries or device are missing, so each one is tried.
 */
export async function usableProviders(wanted: readonly string[]): Promise<string[]> {
  const usable: string[] = [];
  for (const name of wanted) if (name === 'cpu' || (await runsOn(name))) usable.push(name);
  return usable;
}

async function runsOn(provider: string): Promise<boolean> {
  const value = { dims: [1] };
  const model = encodeOnnxModel({
    inputs: [{ name: 'in', ...value }],
    outputs: [{ name: 'out', ...value }],
    nodes: [{ op: 'Identity', inputs: ['in'], output: 'out' }],
    constants: [],
  });
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    await session.release();
    return true;
  } catch {
    return false;
  }
}
