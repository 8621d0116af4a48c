import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokenModelSentence, loadModelBytes, locateModel, topologyPath } from './files.ts';
import { registry, type StrongModel } from './registry.ts';

const content = Buffer.from('weights of a model');
const sha256 = createHash('sha256').update(content).digest('hex');
const entry: StrongModel = {
  name: 'sample',
  role: 'detector',
  pack: 'strong',
  file: 'sample.onnx',
  sha256,
  bytes: content.length,
  licence: 'MIT',
  notice: '',
  url: 'https://example.com/sample.onnx',
  pulledByDefault: true,
};

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-files-'));
  path = join(folder, 'sample.onnx');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a model's file", () => {
  it('is present when its hash is right', async () => {
    writeFileSync(path, content);
    const file = await locateModel(entry, folder);
    expect(file).toMatchObject({ status: 'present', path, sha256 });
    expect((await loadModelBytes(entry, folder)).equals(content)).toBe(true);
  });

  it('is missing in a folder without it, in none, and below a file', async () => {
    for (const modelsDir of [folder, join(folder, 'none'), join(path, 'below')]) {
      if (modelsDir.startsWith(path)) writeFileSync(path, '');
      const missing = { status: 'missing', path: join(modelsDir, 'sample.onnx') };
      expect(await locateModel(entry, modelsDir)).toEqual(missing);
    }
    rmSync(path);
    await expect(loadModelBytes(entry, folder)).rejects.toThrow(
      `The model sample is not at ${path}: run \`bonafide models pull sample\`.`,
    );
  });

  it('is corrupt when one byte differs, and the sentence says what to do', async () => {
    const damaged = Buffer.from(content);
    damaged[3]! ^= 1;
    writeFileSync(path, damaged);
    const got = createHash('sha256').update(damaged).digest('hex');
    const corrupt = { status: 'corrupt', path, sha256: got, bytes: content.length };
    expect(await locateModel(entry, folder)).toEqual(corrupt);
    await expect(loadModelBytes(entry, folder)).rejects.toThrow(
      `(expected SHA-256 ${sha256}, got ${got}): run \`bonafide models pull sample\` again or delete the file.`,
    );
  });

  it('that cannot be read is neither missing nor corrupt', async () => {
    mkdirSync(path);
    await expect(locateModel(entry, folder)).rejects.toThrow(
      `The model sample cannot be read at ${path} (EISDIR).`,
    );
  });

  it.each(registry.filter((model) => model.pack === 'embedded'))(
    '$name is in its npm package or in this project, whatever the models folder',
    async (model) => {
      const file = await locateModel(model, '/nowhere');
      expect(file).toMatchObject({ status: 'present', sha256: model.sha256 });
      expect((await loadModelBytes(model, '/nowhere')).length).toBe(model.bytes);
      if (model.format !== 'onnx') expect(existsSync(topologyPath(model))).toBe(true);
    },
  );

  it('of our own is a part of Bonafide, and cannot be pulled', () => {
    const own = { ...entry, pack: 'embedded', format: 'onnx' } as const;
    expect(brokenModelSentence(own, { status: 'missing', path: '/app/sample.onnx' })).toBe(
      'The model sample is not at /app/sample.onnx: it is a part of Bonafide, which has to be installed again.',
    );
  });
});
