import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve, startMirror } from '../../test/support/mirror.ts';
import { registry } from '../perception/models/registry.ts';

const tool = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let modelsDir = '';
beforeEach(() => {
  modelsDir = mkdtempSync(join(tmpdir(), 'bonafide-models-'));
});
afterEach(() => rmSync(modelsDir, { recursive: true, force: true }));

/** Runs `bonafide models …` as built, MODELS_DIR being the folder of the test. */
function models(...args: string[]) {
  return modelsWith({}, ...args);
}

function modelsWith(
  settings: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, MODELS_DIR: modelsDir, ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [tool, 'models', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('bonafide models list', () => {
  it('shows every model with its state', async () => {
    writeFileSync(join(modelsDir, 'yunet_s_320.onnx'), 'damaged');
    const { code, stdout } = await models('list');
    const rows = new Map(stdout.split('\n').map((row) => [row.split(' ')[0], row.split(/ {2,}/)]));
    expect(code).toBe(0);
    for (const { name } of registry) expect(rows.has(name)).toBe(true);
    expect(rows.get('NAME')).toEqual(['NAME', 'ROLE', 'PACK', 'LICENCE', 'STATE', 'SIZE']);
    expect(rows.get('iris')).toEqual(['iris', 'iris', 'embedded', 'Apache-2.0', 'present', '2.6 MB']);
    expect(rows.get('yunet')).toEqual(['yunet', 'detector', 'strong', 'MIT', 'missing', '0.2 MB']);
    expect(rows.get('yunet-320')?.[4]).toBe('corrupt');
  });
});

describe('bonafide models verify', () => {
  it('is content when nothing is wrong and the strong pack is not there', async () => {
    const { code, stdout, stderr } = await models('verify');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('facemesh: present');
  });

  it('fails for a corrupt file and says what to do', async () => {
    writeFileSync(join(modelsDir, 'yunet_s_320.onnx'), 'damaged');
    const { code, stdout, stderr } = await models('verify');
    expect(code).toBe(1);
    expect(stdout).toContain('yunet-320: corrupt');
    expect(stderr).toMatch(/^The model yunet-320 at .* run `bonafide models pull yunet-320` again or delete/);
  });

  it('fails for a missing file that was named', async () => {
    const { code, stderr } = await models('verify', 'yunet');
    expect(code).toBe(1);
    expect(stderr).toContain('run `bonafide models pull yunet`');
  });

  it('takes --models-dir before MODELS_DIR', async () => {
    const { stdout } = await models('verify', 'yunet', '--models-dir', '/nowhere');
    expect(stdout).toBe('yunet: missing (/nowhere/face_detection_yunet_2023mar.onnx)\n');
  });
});

describe('bonafide models pull', () => {
  it('asks the mirror for the file of the model and refuses a wrong one', async () => {
    const mirror = await startMirror(serve(Buffer.from('not a model')));
    const { code, stdout, stderr } = await models('pull', 'minifasnet-v2', '--from', mirror.url);
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/minifasnet_v2_2.7_80x80.onnx']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `bonafide: The model minifasnet-v2 could not be pulled from ${mirror.url}/minifasnet_v2_2.7_80x80.onnx: ` +
        'it ends after 11 of 1743561 bytes.\n',
    );
    expect(readdirSync(modelsDir)).toEqual([]);
  });

  it('asks MODELS_MIRROR, unless --from names another', async () => {
    const [usual, other] = [
      await startMirror(serve(Buffer.from('x'))),
      await startMirror(serve(Buffer.from('x'))),
    ];
    const settings = { MODELS_MIRROR: usual.url };
    expect((await modelsWith(settings, 'pull', 'yunet')).code).toBe(1);
    expect([usual.requests.length, other.requests.length]).toEqual([1, 0]);
    expect((await modelsWith(settings, 'pull', 'yunet', '--from', other.url)).code).toBe(1);
    expect([usual.requests.length, other.requests.length]).toEqual([1, 1]);
  });

  it('begins with the detector by default', async () => {
    const { code, stderr } = await models('pull', '--from', modelsDir);
    expect(code).toBe(1);
    expect(stderr).toContain(`from ${modelsDir}/face_detection_yunet_2023mar.onnx: there is no such file`);
  });
});

describe('bonafide models refuses', () => {
  it.each([
    ['no action', []],
    ['an unknown action', ['push']],
    ['an unknown model', ['pull', 'yunnet']],
    ['to pull what npm brings', ['pull', 'iris']],
    ['an unknown option', ['list', '--all']],
    ['an option without its value', ['pull', '--from']],
    ['--from without a pull', ['verify', '--from', '/tmp']],
  ])('%s as wrong usage, in one line', async (_what, args) => {
    const { code, stdout, stderr } = await models(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^bonafide: [^\n]+\n$/);
  });
});
