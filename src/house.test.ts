import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from './perception/models/registry.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('the arrows between folders', () => {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  /** A folder of src, a module it imports, and whether the arrows allow it. */
  const imports = [
    ['contracts/passive', '../../services/check-liveness.ts', true],
    ['contracts/passive', '../../perception/engine.ts', false],
    ['contracts/passive', '../../media/image.ts', false],
    ['contracts/passive', '../../stores/ports.ts', false],
    ['contracts/passive', 'sharp', false],
    ['services', '../perception/engine.ts', true],
    ['services', '../decisions/fusion.ts', true],
    ['services', '../contracts/passive/routes.ts', false],
    ['services', '../app.ts', false],
    ['services', 'onnxruntime-node', false],
    ['plugins', '../contracts/passive/routes.ts', false],
    ['decisions', './facts.ts', true],
    ['decisions', '../perception/engine.ts', false],
    ['decisions', '../errors.ts', false],
    ['decisions', '../config.ts', false],
    ['decisions', 'node:fs', false],
    ['decisions', 'fastify', false],
    ['perception', '../decisions/facts.ts', true],
    ['perception', '../media/image.ts', true],
    ['perception', '../decisions/fusion.ts', false],
    ['perception', '../services/check-liveness.ts', false],
    ['perception', '../contracts/passive/routes.ts', false],
    ['perception', '../stores/ports.ts', false],
    ['media', 'sharp', true],
    ['media', '../perception/engine.ts', false],
    ['media', '../services/check-liveness.ts', false],
    ['stores', '../decisions/facts.ts', true],
    ['stores', '../decisions/fusion.ts', false],
    ['stores', '../contracts/passive/routes.ts', false],
  ] as const;
  const file = (index: number) => `src/${imports[index]?.[0]}/case-${index}.ts`;
  let copy = '';
  let refused: ReadonlySet<string>;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'bonafide-house-'));
    copyFileSync(join(root, 'biome.json'), join(copy, 'biome.json'));
    for (const [index, [, imported]] of imports.entries()) {
      mkdirSync(join(copy, dirname(file(index))), { recursive: true });
      writeFileSync(join(copy, file(index)), `import { part } from '${imported}';\n\nconsole.log(part);\n`);
    }
    const options = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: copy, encoding: 'utf8' });
    const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(stdout);
    refused = new Set(
      report.diagnostics
        .filter(({ category }) => category === 'lint/style/noRestrictedImports')
        .map(({ location }) => location.path),
    );
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(imports.map((entry, index) => [...entry, index] as const))(
    '%s → %s: allowed is %s',
    (_folder, _imported, allowed, index) => {
      expect(refused.has(file(index))).toBe(!allowed);
    },
  );
});

describe('the documents', () => {
  it.each(documents)('%s links to files that exist', (document) => {
    const targets = [...read(document).matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] ?? '');
    const missing = targets.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(document), target)),
    );
    expect(missing).toEqual([]);
  });

  it.each(registry)('NOTICE names $name with its licence', ({ name, licence }) => {
    expect(read('NOTICE').split('\n')).toContain(`${name}: ${licence}`);
  });

  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  const scriptsNamedIn = (document: string) =>
    [...read(document).matchAll(/npm (?:run (?:--silent )?([a-z][a-z:-]*)|(start|test))/g)].map(
      ([, run, short]) => run ?? short ?? '',
    );

  it.each([...documents, '.ci/run'])('%s names scripts that exist', (document) => {
    const missing = scriptsNamedIn(document).filter((name) => !(name in scripts));
    expect(missing).toEqual([]);
  });

  it('CONTRIBUTING.md names every script of a contributor', () => {
    const named = scriptsNamedIn('CONTRIBUTING.md');
    const missing = Object.keys(scripts).filter(
      (name) => !['start', 'build'].includes(name) && !named.includes(name),
    );
    expect(missing).toEqual([]);
  });
});
