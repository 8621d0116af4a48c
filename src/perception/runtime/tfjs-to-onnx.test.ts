import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../models/registry.ts';
import { createSession } from './session.ts';
import { parseTfjsModel, type TfNode } from './tfjs-model.ts';
import { translateToOnnx } from './tfjs-to-onnx.ts';

const folder = join(packageFolder('@vladmandic/human'), 'models');
const nets = [
  { name: 'blazeface', side: 256, batch: 1 },
  { name: 'facemesh', side: 192, batch: 2 },
  { name: 'iris', side: 64, batch: 2 },
];

function readFiles(name: string): { topology: string; weights: Buffer } {
  return {
    topology: readFileSync(join(folder, `${name}.json`), 'utf8'),
    weights: readFileSync(join(folder, `${name}.bin`)),
  };
}

/** A smooth pattern with structure at several scales: noise would hide a shifted pixel. */
function pattern(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 0.5 + 0.3 * Math.sin(i * 0.011) + 0.2 * Math.sin(i * 0.37));
}

async function runOnnx(onnx: Uint8Array, data: Float32Array, dims: number[]) {
  const session = await createSession(onnx, { executionProviders: ['cpu'], threads: 1 });
  return session.run({ [session.inputNames[0] as string]: { data, dims } });
}

async function runTfjs(name: string, data: Float32Array, dims: number[], outputs: string[]) {
  await tf.setBackend('cpu');
  const { topology, weights } = readFiles(name);
  const { modelTopology, weightsManifest, signature } = JSON.parse(topology);
  const graph = await loadGraphModel({
    load: async () => ({
      modelTopology,
      signature,
      weightSpecs: weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
      format: 'graph-model',
    }),
  });
  const result = graph.execute(tf.tensor(data, dims), outputs);
  return (Array.isArray(result) ? result : [result]).map((tensor) => tensor.dataSync() as Float32Array);
}

/** Largest difference between two outputs, relative to the largest value in them (at least 1). */
function relativeError(one: Float32Array, other: Float32Array): number {
  const scale = one.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return one.reduce((worst, value, at) => Math.max(worst, Math.abs(value - other[at]!)), 0) / scale;
}

async function worstError(name: string, onnx: Uint8Array, data: Float32Array, dims: number[]) {
  const translated = await runOnnx(onnx, data, dims);
  const outputs = Object.keys(translated);
  const reference = await runTfjs(name, data, dims, outputs);
  return Math.max(...outputs.map((output, at) => relativeError(reference[at]!, translated[output]!)));
}

/** The encoded model with the first list of integers `from` in an attribute replaced by `to`. */
function breakAttribute(onnx: Uint8Array, from: number[], to: number[]): Uint8Array {
  const encode = (values: number[]) => Buffer.from(values.flatMap((value) => [8 << 3, value]));
  const broken = Buffer.from(onnx);
  const at = broken.indexOf(encode(from));
  expect(at).toBeGreaterThan(0);
  encode(to).copy(broken, at);
  return broken;
}

/** Float32 carries about 7 digits; summation order costs one or two of them. */
const tolerance = 5e-6;

describe('translation to ONNX', () => {
  for (const { name, side, batch } of nets) {
    const dims = [batch, side, side, 3];
    const data = pattern(batch * side * side * 3);
    const { topology, weights } = readFiles(name);
    const onnx = translateToOnnx(parseTfjsModel(topology, weights));

    it(`computes what TensorFlow.js computes: ${name}`, async () => {
      expect(await worstError(name, onnx, data, dims)).toBeLessThan(tolerance);
    });

    it(`would notice padding on the wrong side: ${name}`, async () => {
      const broken = breakAttribute(onnx, [0, 0, 1, 1], [1, 1, 0, 0]);
      expect(await worstError(name, broken, data, dims)).toBeGreaterThan(100 * tolerance);
    });

    it(`would notice a wrong transpose: ${name}`, async () => {
      const broken = breakAttribute(onnx, [0, 3, 1, 2], [0, 3, 2, 1]);
      expect(await worstError(name, broken, data, dims)).toBeGreaterThan(100 * tolerance);
    });
  }

  const { topology, weights } = readFiles('iris');
  const model = parseTfjsModel(topology, weights);

  it('refuses an unknown operator by name', () => {
    const nodes = model.nodes.map((node): TfNode => (node.op === 'MaxPool' ? { ...node, op: 'Erf' } : node));
    expect(() => translateToOnnx({ ...model, nodes })).toThrow(/Unknown operator Erf \(node .*max_pooling2d/);
  });

  it('refuses an unknown padding', () => {
    const nodes = model.nodes.map(
      (node): TfNode =>
        node.op === 'MaxPool' ? { ...node, attr: { ...node.attr, padding: { s: 'RVhQTElDSVQ=' } } } : node,
    );
    expect(() => translateToOnnx({ ...model, nodes })).toThrow(/unknown padding EXPLICIT/);
  });

  it('refuses a short weights file and names the weight that it lacks', () => {
    expect(() => parseTfjsModel(topology, weights.subarray(0, -4))).toThrow(
      /too short: weight \S+ ends at byte/,
    );
  });

  it('refuses a long weights file', () => {
    expect(() => parseTfjsModel(topology, Buffer.concat([weights, Buffer.alloc(4)]))).toThrow(
      /bytes where the model/,
    );
  });

  it('refuses an unknown weight type by name', () => {
    const text = topology
      .replace('"dtype":"float32"', '"dtype":"complex64"')
      .replace('"dtype": "float32"', '"dtype": "complex64"');
    expect(() => parseTfjsModel(text, weights)).toThrow(/unknown type complex64/);
  });

  it('refuses what is no graph model', () => {
    expect(() => parseTfjsModel('{"format":"layers-model"}', weights)).toThrow(
      /not a TensorFlow.js graph model/,
    );
  });
});
