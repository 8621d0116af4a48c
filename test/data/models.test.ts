import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { locateModel } from '../../src/perception/models/files.ts';
import { registry } from '../../src/perception/models/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = join(root, '../shared/models');

describe('the strong pack', () => {
  it.each(registry)('$name has the hash and the size of the registry', async (entry) => {
    const file = await locateModel(entry, shared);
    expect(file).toMatchObject({ status: 'present', sha256: entry.sha256 });
    expect(file.status === 'present' && file.contents.length).toBe(entry.bytes);
  });

  it('is copied by bonafide models pull --from', () => {
    const modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-pack-'));
    onTestFinished(() => rmSync(modelsDir, { recursive: true }));
    const models = (...args: string[]) =>
      execFileSync(process.execPath, ['dist/cli/main.js', 'models', ...args, '--models-dir', modelsDir], {
        cwd: root,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    models('pull', '--from', shared);
    expect(readdirSync(modelsDir)).toEqual([
      'face_detection_yunet_2023mar.onnx',
      'minifasnet_v1se_4.0_80x80.onnx',
      'minifasnet_v2_2.7_80x80.onnx',
    ]);
    expect(models('verify', 'yunet', 'minifasnet-v2', 'minifasnet-v1se').match(/: present/g)).toHaveLength(3);
  });
});
