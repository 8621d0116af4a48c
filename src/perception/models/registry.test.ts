import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModel, packageFolder, registry } from './registry.ts';

const strong = registry.filter((entry) => entry.pack === 'strong');

describe('the model registry', () => {
  it('has every name and every file once', () => {
    expect(new Set(registry.map(({ name }) => name)).size).toBe(registry.length);
    expect(new Set(registry.map(({ file }) => file)).size).toBe(registry.length);
  });

  it.each(registry)('describes $name in full', (entry) => {
    expect(entry.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(entry.bytes).toBeGreaterThan(0);
    expect(entry.licence).not.toBe('');
    expect(entry.notice).not.toBe('');
    expect(Object.isFrozen(entry)).toBe(true);
  });

  it.each(strong)('pins the address of $name to a commit, over https', ({ url }) => {
    expect(url).toMatch(/^https:\/\/github\.com\/[^/]+\/[^/]+\/raw\/[0-9a-f]{40}\/.+\.onnx$/);
  });

  it('pulls nothing by default whose terms forbid commercial use or were not checked', () => {
    const byDefault = strong.filter((entry) => entry.pulledByDefault);
    expect(byDefault.map(({ name }) => name)).toEqual(['yunet', 'minifasnet-v2', 'minifasnet-v1se']);
    for (const { licence } of byDefault) expect(licence).toMatch(/^(MIT|Apache-2\.0)$/);
  });

  it('finds a model by name, and lists the names where there is none', () => {
    expect(findModel('yunet').file).toBe('face_detection_yunet_2023mar.onnx');
    expect(() => findModel('yunnet')).toThrow('There is no model "yunnet"; known are blazeface, facemesh,');
  });
});

describe('packageFolder', () => {
  it.each(['@vladmandic/human', '@vladmandic/face-api', 'vitest'])('finds the folder of %s', (name) => {
    const folder = packageFolder(name);
    expect(folder.endsWith(name)).toBe(true);
    expect(existsSync(join(folder, 'package.json'))).toBe(true);
  });

  it('refuses a package that is not installed', () => {
    expect(() => packageFolder('@vladmandic/nothing')).toThrow("Cannot find module '@vladmandic/nothing'");
  });
});
