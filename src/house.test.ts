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
    ['contracts/passive', '../../plugins/problems.ts', true],
    ['contracts/passive', '../../decisions/facts.ts', true],
    ['contracts/passive', '../../decisions/reasons.ts', true],
    ['contracts/passive', '../../errors.ts', true],
    ['contracts/passive', './schemas.ts', true],
    ['contracts/passive', 'fastify', true],
    ['contracts/passive', '../../decisions/subject.ts', false],
    ['contracts/passive', '../system/schemas.ts', false],
    ['contracts/passive', '../../perception/engine.ts', false],
    ['contracts/passive', '../../media/image.ts', false],
    ['contracts/passive', '../../stores/ports.ts', false],
    ['contracts/passive', '../../config.ts', false],
    ['contracts/passive', 'sharp', false],
    ['services', '../perception/engine.ts', true],
    ['services', '../decisions/fusion.ts', true],
    ['contracts/passive', '../../decisions/fusion.ts', false],
    ['services', '../stores/ports.ts', true],
    ['services', '../stores/keys/api-keys.ts', false],
    ['services', '../perception/pool.ts', false],
    ['services', '../perception/models/registry.ts', false],
    ['services', '../contracts/passive/routes.ts', false],
    ['services', '../plugins/problems.ts', false],
    ['services', '../app.ts', false],
    ['services', '../pull-on-start.ts', false],
    ['services', '../config.ts', false],
    ['services', 'fastify', false],
    ['services', 'onnxruntime-node', false],
    ['plugins', '../perception/engine.ts', true],
    ['plugins', '@fastify/swagger', true],
    ['plugins', '../stores/ports.ts', true],
    ['plugins', '../stores/database/pglite.ts', false],
    ['plugins', '../perception/load-engine.ts', false],
    ['plugins', '../contracts/passive/routes.ts', false],
    ['plugins', '../config.ts', false],
    ['decisions', './facts.ts', true],
    ['decisions', '../perception/engine.ts', false],
    ['decisions', '../errors.ts', false],
    ['decisions', '../config.ts', false],
    ['decisions/challenge', '../facts.ts', true],
    ['decisions/challenge', '../calibration/challenge.json', true],
    ['decisions/challenge', './turn.ts', true],
    ['decisions/challenge', '../../errors.ts', false],
    ['decisions/challenge', '../../perception/engine.ts', false],
    ['decisions/challenge', 'node:fs', false],
    ['decisions', 'node:fs', false],
    ['decisions', 'fastify', false],
    ['perception', '../decisions/facts.ts', true],
    ['perception', '../media/image.ts', true],
    ['perception', '../decisions/fusion.ts', false],
    ['perception', '../services/check-liveness.ts', false],
    ['perception', '../contracts/passive/routes.ts', false],
    ['perception', '../stores/ports.ts', false],
    ['perception', '../config.ts', false],
    ['perception', '../app.ts', false],
    ['perception', '../pull-on-start.ts', false],
    ['perception/models', '../../config.ts', false],
    ['perception', 'fastify', false],
    ['media', 'sharp', true],
    ['media', 'node-av/lib', true],
    ['media', '../perception/engine.ts', false],
    ['media', '../services/check-liveness.ts', false],
    ['media', '../stores/ports.ts', false],
    ['media', '../config.ts', false],
    ['media', '../app.ts', false],
    ['media', 'fastify', false],
    ['media', '@fastify/helmet', false],
    ['stores', '../decisions/facts.ts', true],
    ['stores', '../decisions/embedding.ts', true],
    ['stores', '../decisions/fusion.ts', false],
    ['media', '../decisions/embedding.ts', false],
    ['stores', '../contracts/passive/routes.ts', false],
    ['stores', '../media/image.ts', false],
    ['stores', '../config.ts', false],
    ['stores', 'node-av/lib', false],
  ] as const;
  /** A file of src, and whether it may read the environment. */
  const readers = [
    ['main.ts', true],
    ['cli/main.ts', true],
    ['cli/check.ts', false],
    ['config.ts', false],
    ['app.ts', false],
    ['perception/pool.ts', false],
  ] as const;
  const importer = (index: number) => `src/${imports[index]?.[0]}/case-${index}.ts`;
  /** What the one file app.ts imports, and whether it may; each in a copy of its own. */
  const importsOfApp = [
    ['./services/check-liveness.ts', true],
    ['./contracts/passive/routes.ts', true],
    ['./perception/engine.ts', true],
    ['./decisions/challenge/turn.ts', false],
    ['./decisions/facts.ts', false],
    ['./stores/ports.ts', true],
    ['./stores/open-stores.ts', false],
    ['./perception/pool.ts', false],
    ['./media/image.ts', false],
    ['sharp', false],
  ] as const;
  let copy = '';
  let refused: (rule: string) => ReadonlySet<string>;

  const write = (path: string, text: string) => {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  };

  /** Lints the copy; then says which files break a rule. */
  const lint = (): ((rule: string) => ReadonlySet<string>) => {
    const options = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
    const { stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: copy, encoding: 'utf8' });
    const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(stdout);
    return (rule) =>
      new Set(
        report.diagnostics
          .filter(({ category }) => category === `lint/style/${rule}`)
          .map(({ location }) => location.path),
      );
  };

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'bonafide-house-'));
    copyFileSync(join(root, 'biome.json'), join(copy, 'biome.json'));
    for (const [index, [, imported]] of imports.entries())
      write(importer(index), `import { part } from '${imported}';\n\nconsole.log(part);\n`);
    for (const [path] of readers) write(`src/${path}`, 'console.log(process.env.HOST);\n');
    refused = lint();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(imports.map((entry, index) => [...entry, index] as const))(
    '%s → %s: allowed is %s',
    (_folder, _imported, allowed, index) => {
      expect(refused('noRestrictedImports').has(importer(index))).toBe(!allowed);
    },
  );

  it.each(importsOfApp)('app.ts → %s: allowed is %s', (imported, allowed) => {
    write('src/app.ts', `import { part } from '${imported}';\n\nconsole.log(part);\n`);
    expect(lint()('noRestrictedImports').has('src/app.ts')).toBe(!allowed);
  });

  it.each(readers)('%s → process.env: allowed is %s', (path, allowed) => {
    expect(refused('noProcessEnv').has(`src/${path}`)).toBe(!allowed);
  });
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
