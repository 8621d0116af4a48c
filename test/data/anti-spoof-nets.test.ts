import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/perception/engine.ts';
import { createInlinePerception } from '../../src/perception/inline.ts';
import { modelPath } from '../../src/perception/models/files.ts';
import { findModel } from '../../src/perception/models/registry.ts';
import { calibrationInUse } from '../../src/services/calibration-in-use.ts';
import { engineOptions, strongNets } from '../support/engine.ts';

// Which anti-spoof nets serve beside files of the strong pack, which are in ../shared alone.

const shared = fileURLToPath(new URL('../../../shared/models', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-nets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with these models of the strong pack alone. */
function folderWith(...names: readonly string[]): string {
  const modelsDir = mkdtempSync(join(folder, 'models-'));
  for (const name of names) {
    const entry = findModel(name);
    copyFileSync(modelPath(entry, shared), modelPath(entry, modelsDir));
  }
  return modelsDir;
}

async function netsOf(changes: Partial<EngineOptions>) {
  const perception = await createInlinePerception(engineOptions(changes));
  const { models, notices } = perception.describe();
  const { isExperimental } = calibrationInUse(perception);
  await perception.close();
  const nets = models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name);
  return { nets, isExperimental, notices: notices.join('\n') };
}

describe('ANTISPOOF_NETS', () => {
  it('MiniFASNet V1SE alone counts as none: our own net stands in, by itself', async () => {
    const modelsDir = folderWith('minifasnet-v1se');
    for (const antiSpoofNets of [strongNets, ['minifasnet-v1se', 'bonafide-antispoof']]) {
      const { nets, isExperimental } = await netsOf({ modelsDir, antiSpoofNets });
      expect({ nets, isExperimental }).toEqual({ nets: ['bonafide-antispoof'], isExperimental: true });
    }
  });

  it('a net that may speak alone does, and ours with it only where it is named', async () => {
    const modelsDir = folderWith('minifasnet-v2');
    const alone = await netsOf({ modelsDir, antiSpoofNets: strongNets });
    expect(alone).toMatchObject({ nets: ['minifasnet-v2'], isExperimental: false });
    expect(alone.notices).toMatch(/anti-spoof minifasnet-v1se: passive checks are inconclusive without it/);
    const both = await netsOf({ modelsDir, antiSpoofNets: ['minifasnet-v2', 'bonafide-antispoof'] });
    expect(both).toMatchObject({ nets: ['minifasnet-v2', 'bonafide-antispoof'], isExperimental: false });
  });
});

it('a file of MODEL_PATH passes for a net of the registry by its hash alone', async () => {
  const v2 = readFileSync(modelPath(findModel('minifasnet-v2'), shared));
  const known = join(folder, 'mine.onnx');
  writeFileSync(known, v2);
  expect((await netsOf({ modelPath: known })).nets).toEqual(['minifasnet-v2']);
  // A field that no ONNX reader knows, at the end: the same net, another hash.
  for (const name of ['minifasnet-v2', 'bonafide-antispoof']) {
    const disguised = join(folder, `${name}.onnx`);
    writeFileSync(disguised, Buffer.concat([v2, Buffer.from([0xf8, 0x07, 0x01])]));
    const { nets, isExperimental, notices } = await netsOf({ modelPath: disguised });
    expect({ nets, isExperimental }).toEqual({ nets: [`named/${name}`], isExperimental: false });
    expect(notices).toContain('is no file that the registry knows');
  }
});
