import * as ort from 'onnxruntime-node';

/** A loaded model that runs float32 tensors by name. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Declared shape of each input, -1 where it is free. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
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
  const inputShapes = Object.fromEntries(
    session.inputMetadata.map((input) => [
      input.name,
      input.isTensor ? input.shape.map((size) => (typeof size === 'number' ? size : -1)) : [],
    ]),
  );
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputShapes,
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

/** The execution providers that this build of ONNX Runtime has, `cpu` among them. */
export function availableProviders(): string[] {
  return ort.listSupportedBackends().map((backend) => backend.name);
}
