import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findEmbeddingSpace } from '../src/perception/models/embedding-spaces.ts';
import { openDatabase } from '../src/stores/database/open-database.ts';
import { openStores } from '../src/stores/open-stores.ts';
import type { Stores } from '../src/stores/ports.ts';
import { writeFloats } from '../src/stores/templates/npy.ts';
import { writeTemplateFile } from '../src/stores/templates/template-files.ts';
import { openTemplateKeys, readKeyFile } from '../src/stores/templates/template-key-file.ts';
import { deriveTemplateKey } from '../src/stores/templates/template-keys.ts';
import { randomVector, testTemplate } from './support/templates.ts';

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

const embeddings = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  bonafide(['embeddings', ...args], env);

function bonafide(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [fileURLToPath(new URL('cli/main.js', dist)), ...args], {
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
      const { openDatabase } = await at('database/open-database.js');
      const { openSearch } = await at('open-stores.js');
      const { rotateTemplates } = await at('templates/rotate-templates.js');
      const { addKeyToFile } = await at('templates/template-key-file.js');
      const { createTemplateKeys } = await at('templates/template-keys.js');
      const sql = await openDatabase({ databaseUrl: '', dataDir: ${JSON.stringify(dataDir)} });
      const keys = createTemplateKeys(addKeyToFile(${JSON.stringify(keyFile)}));
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

describe('bonafide embeddings import', () => {
  const bare = (userId: string, vector: Float32Array) =>
    writeFileSync(join(folder, 'in', `${userId}.npz`), zipSync({ 'embedding.npy': writeFloats(vector) }));
  const numbersOf = (seed: number, size?: number) => randomVector(seed, size);
  beforeEach(() => mkdirSync(join(folder, 'in')));

  it('takes files with nothing but an embedding where somebody vouches for the model', () => {
    bare('15', numbersOf(1));
    bare('short', numbersOf(2, 64));
    const args = ['import', '--in', join(folder, 'in')];
    const refused = embeddings(args);
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/"15.npz" was refused.*--model/),
    });
    const { stdout, stderr } = embeddings([...args, '--model', 'dlib-resnet']);
    expect(stdout).toContain('1 templates were imported, 1 refused.');
    expect(stderr).toContain('Its embedding has 64 numbers; those of dlib-resnet have 128.');
    return withStores(async ({ enrolments }) => {
      expect((await enrolments.get('15', space, new Date()))?.vector).toEqual(numbersOf(1));
    });
  });

  it('holds to the settings of enrolments: faces that are unique, and lifetimes', {
    timeout: 60_000,
  }, async () => {
    bare('first', numbersOf(1));
    bare('second', numbersOf(1));
    writeFileSync(
      join(folder, 'in', 'old.npz'),
      writeTemplateFile({ ...template('old'), createdAt: new Date(now.getTime() - 40 * 86_400_000) }),
    );
    const settings = { UNIQUE_FACES: 'true', TEMPLATE_LIFETIME_DAYS: '30' };
    const { stdout, stderr } = embeddings(
      ['import', '--in', join(folder, 'in'), '--model', 'dlib-resnet'],
      settings,
    );
    expect(stdout).toContain('1 templates were imported, 2 refused.');
    expect(stderr).toContain('"second.npz" was refused. Its face is enrolled under another id');
    expect(stderr).toContain('"old.npz" was refused. It is older than TEMPLATE_LIFETIME_DAYS.');
    await withStores(async ({ enrolments }) => {
      const { createdAt, expiresAt } = (await enrolments.describe('first', new Date()))!;
      expect(expiresAt!.getTime() - createdAt.getTime()).toBe(30 * 86_400_000);
    });
  });
});

describe('bonafide embeddings discard', () => {
  it('refuses a key that is here', async () => {
    await withStores(({ enrolments }) => enrolments.put(template('stays'), now));
    const [secret] = readKeyFile(join(dataDir, 'template.key'));
    const { status, stderr } = embeddings(['discard', '--key', deriveTemplateKey(secret!).id]);
    expect(status).toBe(1);
    expect(stderr).toContain('is here, and opens its templates: nothing was discarded');
    await withStores(async ({ enrolments }) => expect(await enrolments.count(now)).toBe(1));
  });
});

describe('bonafide embeddings drop-vectors', () => {
  it('erases what pgvector searched', { timeout: 60_000 }, async () => {
    await withStores(({ enrolments }) => enrolments.put(template('stays'), now));
    const env = { TEMPLATE_SEARCH: 'memory' };
    expect(embeddings(['drop-vectors'], env).stdout).toBe('The vectors were erased.\n');
    expect(embeddings(['drop-vectors'], env).stdout).toBe('There are no vectors in the database.\n');
    await withStores(async ({ enrolments }) => {
      const probe = { ...space, vector: template('stays').vector };
      expect(await enrolments.nearest(probe, 1, now)).toMatchObject([{ userId: 'stays' }]);
    });
  });
});

describe('bonafide audit', () => {
  it('tells the history of an id, and what a receipt stands for', { timeout: 60_000 }, async () => {
    await withStores(async ({ enrolments }) => {
      await enrolments.put(template('stays'), now);
      await enrolments.put(template('leaves'), now);
      await enrolments.erase('leaves', { id: 'receipt-1', at: now, others: { samples: 2 } });
    });
    const lines = (...args: string[]) => {
      const { stdout, status } = bonafide(['audit', ...args]);
      return [
        status,
        ...stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      ];
    };
    const at = now.toISOString();
    expect(lines('--user', 'stays')).toEqual([
      0,
      { at, user_id: 'stays', event: 'enrolled', model: 'dlib-resnet', frames: 3 },
    ]);
    expect(lines('--receipt', 'receipt-1')).toEqual([
      0,
      { at, user_id: null, event: 'erased', receipt_id: 'receipt-1', templates: 1, events: 1, samples: 2 },
    ]);
    expect(lines('--user', 'leaves')).toEqual([1]);
    expect(bonafide(['audit'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--receipt ID') });
  });
});

it.each([
  [[], 'Say what to do'],
  [['import', '--in', 'x', '--model', 'arcface'], 'There is no embedder arcface'],
  [['export', '--out', 'x', '--model', 'dlib-resnet'], 'model does not go with embeddings export'],
  [['export'], 'needs --out'],
  [['import', '--out', 'x'], 'out does not go with embeddings import'],
  [['rotate', 'now'], 'now does not go with embeddings rotate'],
])('refuses %j', (args, problem) => {
  expect(embeddings(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(problem) });
});
