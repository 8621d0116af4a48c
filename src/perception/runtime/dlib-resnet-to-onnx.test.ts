import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageFolder } from '../models/registry.ts';
import { chipSide, descriptorLength, dlibResNetToOnnx } from './dlib-resnet-to-onnx.ts';
import { textField } from './protobuf.ts';
import { createSession } from './session.ts';

const folder = packageFolder('@vladmandic/face-api');
const manifest = readFileSync(join(folder, 'model/face_recognition_model-weights_manifest.json'), 'utf8');
const weights = readFileSync(join(folder, 'model/face_recognition_model.bin'));
const pixels = chipSide * chipSide * 3;

/** Two chips of smooth patterns with structure at several scales, NHWC RGB 0..255. */
const chips = Float32Array.from(
  { length: 2 * pixels },
  (_, i) => 127 + 70 * Math.sin(i * 0.0113) + 50 * Math.sin(i * 0.37 + (i > pixels ? 1 : 0)),
);

/** face-api's own net, its code from the package, on TensorFlow.js's plain CPU backend. */
async function runFaceApi(): Promise<Float32Array[]> {
  await tf.setBackend('cpu');
  // The package expects the whole of TensorFlow.js, which adds operations to tensors as methods.
  Object.assign(tf.Tensor.prototype, {
    as3D(this: tf.Tensor, ...shape: [number, number, number]) {
      return tf.reshape(this, shape);
    },
    as4D(this: tf.Tensor, ...shape: [number, number, number, number]) {
      return tf.reshape(this, shape);
    },
    div(this: tf.Tensor, divisor: tf.Tensor | number) {
      return tf.div(this, divisor);
    },
    mean(this: tf.Tensor, axes: number[]) {
      return tf.mean(this, axes);
    },
  });
  const require = createRequire(import.meta.url);
  const module = { exports: {} as Record<string, never> };
  const code = readFileSync(join(folder, 'dist/face-api.node.js'), 'utf8');
  const load = (name: string) => (name.startsWith('@tensorflow/') ? tf : require(name));
  new Function('module', 'exports', 'require', code)(module, module.exports, load);
  const net = new (module.exports.FaceRecognitionNet as unknown as new () => FaceRecognitionNet)();
  const specs = JSON.parse(manifest).flatMap((group: { weights: [] }) => group.weights);
  net.loadFromWeightMap(tf.io.decodeWeights(new Uint8Array(weights).buffer, specs));
  const tensors = [0, 1].map((at) =>
    tf.tensor3d(chips.subarray(at * pixels, (at + 1) * pixels), [chipSide, chipSide, 3]),
  );
  return net.computeFaceDescriptor(tensors);
}

/** What the test uses of face-api's class; its own types want the whole of TensorFlow.js. */
interface FaceRecognitionNet {
  loadFromWeightMap(map: tf.NamedTensorMap): void;
  computeFaceDescriptor(chips: tf.Tensor3D[]): Promise<Float32Array[]>;
}

async function runOurs(onnx: Uint8Array): Promise<Float32Array[]> {
  const session = await createSession(onnx, { executionProviders: ['cpu'], threads: 1 });
  const planes = Float32Array.from(chips, (_, at) => {
    const [chip, inChip] = [Math.floor(at / pixels), at % pixels];
    const [channel, cell] = [Math.floor(inChip / chipSide ** 2), inChip % chipSide ** 2];
    return chips[chip * pixels + cell * 3 + channel]!;
  });
  const { descriptor } = await session.run({ chip: { data: planes, dims: [2, 3, chipSide, chipSide] } });
  return [0, 1].map((at) =>
    (descriptor as Float32Array).slice(at * descriptorLength, (at + 1) * descriptorLength),
  );
}

let expected: Float32Array[];

beforeAll(async () => {
  expected = await runFaceApi();
});

async function worstError(onnx: Uint8Array): Promise<number> {
  const ours = await runOurs(onnx);
  const errors = expected.flatMap((vector, chip) =>
    Array.from(vector, (value, at) => Math.abs(value - ours[chip]![at]!)),
  );
  expect(errors).toHaveLength(2 * descriptorLength);
  return Math.max(...errors);
}

/** The encoded model with the first run of bytes `from` replaced by `to`, of the same length. */
function replaceBytes(onnx: Uint8Array, from: Buffer, to: Buffer): Uint8Array {
  const broken = Buffer.from(onnx);
  const at = broken.indexOf(from);
  expect(at).toBeGreaterThan(0);
  expect(to.length).toBe(from.length);
  to.copy(broken, at);
  return broken;
}

/** A list of small integers as an attribute holds it. */
const integers = (...values: number[]) => Buffer.from(values.flatMap((value) => [8 << 3, value]));
const pads = (...values: number[]) => Buffer.from(BigInt64Array.from(values, BigInt).buffer);

/** Descriptors are of length 1 or so, and float32 carries about 7 digits. */
const tolerance = 1e-5;

describe("dlib's face-recognition ResNet as ONNX", () => {
  const onnx = dlibResNetToOnnx(manifest, weights);

  it('computes what face-api computes', async () => {
    expect(await worstError(onnx)).toBeLessThan(tolerance);
  });

  it.each([
    ['a convolution padded on the wrong side', integers(1, 1, 1, 1), integers(2, 2, 0, 0)],
    [
      'lost rows and columns put before the image',
      pads(0, 0, 0, 0, 0, 0, 1, 1),
      pads(0, 0, 1, 1, 0, 0, 0, 0),
    ],
    [
      'shortcut channels put behind their zeros',
      pads(0, 0, 0, 0, 0, 32, 0, 0),
      pads(0, 32, 0, 0, 0, 0, 0, 0),
    ],
  ])('would notice %s', async (_, from, to) => {
    expect(await worstError(replaceBytes(onnx, from, to))).toBeGreaterThan(100 * tolerance);
  });

  it('would notice a missing shortcut', async () => {
    const sum = (one: string, other: string) => Buffer.concat([textField(1, one), textField(1, other)]);
    // conv32_3 adds its convolutions to themselves instead of to its input.
    const broken = replaceBytes(onnx, sum('Conv_15', 'Relu_12'), sum('Conv_15', 'Conv_15'));
    expect(await worstError(broken)).toBeGreaterThan(100 * tolerance);
  });

  it('refuses a short weights file and names the weight that it lacks', () => {
    expect(() => dlibResNetToOnnx(manifest, weights.subarray(0, -4))).toThrow(/too short: weight fc ends/);
  });

  it('refuses a manifest without a weight of the net', () => {
    const renamed = manifest.replace('conv64_2/conv1/scale/biases', 'conv64_2/conv1/scale/other');
    expect(() => dlibResNetToOnnx(renamed, weights)).toThrow('no weight conv64_2/conv1/scale/biases');
  });
});
