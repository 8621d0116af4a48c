import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findEmbeddingSpace } from '../src/perception/models/embedding-spaces.ts';
import { openDatabase } from '../src/stores/database/open-database.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { Stores } from '../src/stores/ports.ts';
import { openTemplateKeys, readKeyFile } from '../src/stores/templates/template-key-file.ts';
import { testTemplate } from './support/templates.ts';

const dist = new URL('../dist/', import.meta.url);
const now = new Date();
const { length: _, ...space } = findEmbeddingSpace('dlib-resnet')!;
const template = (userId: string) => testTemplate(userId, space);

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-embeddings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  dataDir = join(folder, 'data');
});

/** Does something with the stores of a folder, as a server would, and closes them. */
async function withStores<T>(work: (stores: Stores) => Promise<T>, dir = dataDir): Promise<T> {
  const stores = await openStores(
    await openDatabase({ databaseUrl: '', dataDir: dir }),
    { trainDir: '/nowhere' },
    {
      keys: (keyIds) => openTemplateKeys({ templateKey: '', dataDir: dir }, keyIds).keys,
      search: 'auto',
      now,
      onDamaged: expect.unreachable,
    },
  );
  return work(stores).finally(() => stores.close());
}

function embeddings(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [fileURLToPath(new URL('cli/main.js', dist)), 'embeddings', ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, ...env },
    encoding: 'utf8',
  });
}

describe('bonafide embeddings rotate', () => {
  it('finishes what was killed half-way, and loses nobody', { timeout: 180_000 }, async () => {
    const people = Array.from({ length: 230 }, (_, at) => template(`person-${at}`));
    await withStores(async ({ enrolments }) => {
      for (const person of people) await enrolments.put(person, now);
    });
    const keyFile = join(dataDir, 'template.key');
    const [oldKey] = readKeyFile(keyFile);

    const script = `
      const at = (path) => import(new URL(path, ${JSON.stringify(new URL('stores/', dist).href)}).href);
      const { openDatabase } = await at('open-database.js');
      const { openSearch } = await at('open-stores.js');
      const { rotateTemplates } = await at('rotate-templates.js');
      const { enterKeys } = await at('template-clock.js');
      const { addKeyToFile } = await at('template-key-file.js');
      const { createTemplateKeys } = await at('template-keys.js');
      const sql = await openDatabase({ databaseUrl: '', dataDir: ${JSON.stringify(dataDir)} });
      const keys = createTemplateKeys(addKeyToFile(${JSON.stringify(keyFile)}));
      await enterKeys(sql, keys, new Date());
      const search = await openSearch(sql, keys, { search: 'auto', onDamaged: console.error });
      await rotateTemplates(sql, keys, search, () => new Date(), () => process.kill(process.pid, 'SIGKILL'));`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(killed).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    const both = readKeyFile(keyFile);
    expect(both).toEqual([expect.any(Buffer), oldKey]);

    const finished = embeddings(['rotate']);
    expect(finished.stderr).toBe('');
    expect(finished.status).toBe(0);
    expect(finished.stdout).toContain('30 templates are encrypted with the key');
    expect(readKeyFile(keyFile)).toEqual(both.slice(0, 1));
    await withStores(async ({ enrolments }) => {
      for (const person of people) expect(await enrolments.get(person.userId, space, now)).toEqual(person);
      for (const { userId, vector } of people.slice(0, 20))
        expect(await enrolments.nearest({ ...space, vector }, 1, now)).toMatchObject([{ userId }]);
    });
  });

  it('says what to do where TEMPLATE_KEY holds one key', () => {
    const { status, stderr } = embeddings(['rotate'], { TEMPLATE_KEY: 'ab'.repeat(32) });
    expect(status).toBe(1);
    expect(stderr).toContain('TEMPLATE_KEY=new,old');
    expect(stderr).not.toContain('abab');
  });
});

describe('bonafide embeddings export and import', () => {
  it('carry everybody over, whatever their ids, and write nowhere else', { timeout: 120_000 }, async () => {
    const ids = [
      '15',
      '../../x',
      '..',
      '👩‍🚀',
      'A',
      'a',
      'é'.repeat(128),
      "x'; drop table templates; --",
      '/etc/x',
    ];
    await withStores(async ({ enrolments }) => {
      for (const userId of ids) await enrolments.put(template(userId), now);
    });
    const out = join(folder, 'deep', 'out');
    const exported = embeddings(['export', '--out', out]);
    expect(exported).toMatchObject({ status: 0, stderr: expect.stringContaining('NOT ENCRYPTED') });
    const files = readdirSync(out);
    expect(files).toHaveLength(ids.length);
    expect(files).toContain('15.npz');
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(ids.length);
    for (const name of files) expect(statSync(join(out, name)).mode & 0o777, name).toBe(0o600);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('x.npz'))).toEqual(
      [expect.stringContaining('deep/out/'), expect.stringContaining('deep/out/')],
    );

    writeFileSync(join(out, 'junk.npz'), 'junk');
    mkdirSync(join(out, 'folder.npz'));
    const other = join(folder, 'other');
    const imported = embeddings(['import', '--in', out], { DATA_DIR: other });
    expect(imported.stdout).toContain(`${ids.length} templates were imported, 2 refused.`);
    expect(imported.stderr).toContain('"junk.npz" was refused. It is no zip file.');
    expect(imported.status).toBe(1);
    await withStores(async ({ enrolments, auditTrail }) => {
      for (const userId of ids) {
        expect(await enrolments.get(userId, space, now)).toEqual(template(userId));
        expect(await auditTrail.ofUser(userId)).toMatchObject([{ event: 'imported' }]);
      }
    }, other);
  });
});

it.each([
  [[], 'Say what to do'],
  [['export'], 'needs --out'],
  [['import', '--out', 'x'], 'out does not go with embeddings import'],
  [['rotate', 'now'], 'now does not go with embeddings rotate'],
])('refuses %j', (args, problem) => {
  expect(embeddings(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(problem) });
});
