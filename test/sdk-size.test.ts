import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildSdk } from './support/sdk.ts';

/** A module and what it imports, gzipped, in bytes. */
function sizeOf(entry: string): number {
  const built = buildSdk();
  const modules = new Set([entry]);
  for (const name of modules)
    for (const [, imported] of built.get(name)!.matchAll(/from\s*["']\.\/([^"']+)["']/g))
      modules.add(imported!);
  return [...modules].reduce((total, name) => total + gzipSync(built.get(name)!).length, 0);
}

// Bundles grow unnoticed. The limit of the client is what was promised to its users; the element's is what it has, and some.
it('keeps the client below 25 kB gzipped, and the element with it below 32', () => {
  expect(sizeOf('index.js')).toBeLessThan(25_000);
  expect(sizeOf('element.js')).toBeLessThan(32_000);
  expect(sizeOf('element.js')).toBeGreaterThan(sizeOf('index.js'));
});

it('depends on nothing that is not in it', () => {
  for (const code of buildSdk().values()) expect(code).not.toMatch(/(?:from|import)\s*["'][^."']/);
});
