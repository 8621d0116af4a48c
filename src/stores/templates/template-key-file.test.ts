import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { addKeyToFile, dropOldKeysOfFile, openTemplateKeys, readKeyFile } from './template-key-file.ts';

let dataDir: string;
let file: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  dataDir = join(folder, 'data');
  file = join(dataDir, 'template.key');
});
const open = (templateKey = '', keyIds: string[] = []) => openTemplateKeys({ templateKey, dataDir }, keyIds);

describe('the key file', () => {
  it('is made once, for its owner alone, with a loud note, and kept', () => {
    const first = open();
    expect(first.file).toBe(file);
    expect(first.notices).toEqual([expect.stringContaining('A KEY FOR TEMPLATES WAS MADE')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['template.key']);
    const again = open('', [first.keys.current.id]);
    expect(again.keys.all).toEqual(first.keys.all);
    expect(again.notices).toEqual([]);
  });

  it('says nothing of the key in its note', () => {
    const { notices } = open();
    for (const secret of readKeyFile(file)) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(notices.join()).not.toContain(secret.toString(encoding));
    }
  });

  it('is not made where TEMPLATE_KEY is set', () => {
    const { keys, file: none } = open('ab'.repeat(32));
    expect(none).toBeUndefined();
    expect(keys.all).toHaveLength(1);
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not made where the database has a key already', () => {
    expect(() => open('', ['0123456789abcdef'])).toThrow(/not here \(0123456789abcdef\).*discard --key/);
    const { keys } = openTemplateKeys({ templateKey: '', dataDir }, ['0123456789abcdef'], { mayLack: true });
    expect(keys.find('0123456789abcdef')).toBeUndefined();
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is the same for all who make it at once', async () => {
    const module = new URL('../../../dist/stores/templates/template-key-file.js', import.meta.url);
    const script = `
      const { openTemplateKeys } = await import(${JSON.stringify(module.href)});
      const { keys, notices } = openTemplateKeys({ templateKey: '', dataDir: ${JSON.stringify(dataDir)} }, []);
      console.log(keys.current.id, notices.length);`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const answers = (await Promise.all([run(), run(), run(), run()])).map(({ stdout }) =>
      stdout.trim().split(' '),
    );
    expect(new Set(answers.map(([id]) => id)).size).toBe(1);
    expect(answers.filter(([, notes]) => notes === '1')).toHaveLength(1);
  });

  it('warns where others may read it', () => {
    open();
    chmodSync(file, 0o640);
    expect(open().notices).toEqual([expect.stringContaining('chmod 600')]);
  });

  it.each(['', '# nothing\n', 'not a key\n', 'c2hvcnQ=\n'])(
    'refuses a damaged one, %j, and leaves it alone',
    (text) => {
      open();
      writeFileSync(file, text);
      expect(() => open()).toThrow(file);
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('takes a new key first, and drops the old ones', () => {
    const { keys } = open();
    addKeyToFile(file);
    const both = open().keys;
    expect(both.all).toHaveLength(2);
    expect(both.all[1]).toEqual(keys.current);
    dropOldKeysOfFile(file);
    expect(open().keys.all).toEqual([both.current]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['template.key']);
  });
});

it('names TEMPLATE_KEY where that is wrong', () => {
  expect(() => open('short')).toThrow(/^TEMPLATE_KEY: Template key 1 of 1/);
});
