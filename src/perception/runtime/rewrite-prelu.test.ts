import { describe, expect, it } from 'vitest';
import { encodeOnnxModel } from './onnx-writer.ts';
import { readFields } from './protobuf.ts';
import { rewritePrelu } from './rewrite-prelu.ts';
import { createSession } from './session.ts';

const dims = [1, 3, 4, 4];

/** Two PRelus behind one another, one of which shares its slopes with an addition. */
const model = Buffer.from(
  encodeOnnxModel({
    inputs: [{ name: 'in', dims }],
    outputs: [{ name: 'out', dims }],
    nodes: [
      { op: 'PRelu', inputs: ['in', 'slopes'], output: 'first' },
      { op: 'PRelu', inputs: ['first', 'others'], output: 'second' },
      { op: 'Neg', inputs: ['second'], output: 'out' },
    ],
    constants: [
      { name: 'slopes', dims: [3, 1, 1], data: Float32Array.of(0.25, -0.5, 0) },
      { name: 'others', dims: [3, 1, 1], data: Float32Array.of(1, 2, 0.1) },
    ],
  }),
);

async function run(bytes: Uint8Array): Promise<Float32Array> {
  const session = await createSession(bytes, { executionProviders: ['cpu'], threads: 1 });
  const data = Float32Array.from({ length: 48 }, (_, at) => Math.sin(at * 1.7) * 3);
  return (await session.run({ in: { data, dims } })).out as Float32Array;
}

/** Operators of an encoded model, in order. */
function operators(bytes: Buffer): string[] {
  const graph = readFields(bytes).find(({ field }) => field === 7)!.content;
  return readFields(graph)
    .filter(({ field }) => field === 1)
    .map(({ content }) => `${readFields(content).find(({ field }) => field === 4)!.content}`);
}

describe('rewritePrelu', () => {
  const rewritten = rewritePrelu(model);

  it('leaves no PRelu and everything else', () => {
    expect(operators(model)).toEqual(['PRelu', 'PRelu', 'Neg']);
    const four = ['Relu', 'Conv', 'Conv', 'Add'];
    expect(operators(rewritten)).toEqual([...four, ...four, 'Neg']);
  });

  it('computes the same', async () => {
    const [before, after] = [await run(model), await run(rewritten)];
    expect(before.some((value) => value < -1) && before.some((value) => value > 0.1)).toBe(true);
    after.forEach((value, at) => {
      expect(value).toBeCloseTo(before[at]!, 5);
    });
  });

  it('refuses what is no model', () => {
    expect(() => rewritePrelu(model.subarray(0, -40))).toThrow(/cut off/);
    expect(() => rewritePrelu(Buffer.from('garbage'))).toThrow();
  });
});
