import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, writeNewFile } from './write-durably.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bonafide-write-'));
  return () => rmSync(folder, { recursive: true });
});

describe('replaceFile', () => {
  it('puts a new file in the place of the old one, for its owner alone, and leaves nothing beside it', () => {
    const path = join(folder, 'file');
    expect(replaceFile(path, 'old')).toBe(true);
    expect(replaceFile(path, Buffer.from('new'))).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves what is there where it is to be made only if missing', () => {
    const path = join(folder, 'file');
    expect(replaceFile(path, 'first', { onlyIfMissing: true })).toBe(true);
    expect(replaceFile(path, 'second', { onlyIfMissing: true })).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('takes the place of a symbolic link, and leaves what it leads to alone', () => {
    writeFileSync(join(folder, 'precious'), 'kept');
    symlinkSync(join(folder, 'precious'), join(folder, 'file'));
    replaceFile(join(folder, 'file'), 'new');
    expect(lstatSync(join(folder, 'file')).isFile()).toBe(true);
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept');
  });

  it('leaves nothing behind where it cannot be put there', () => {
    mkdirSync(join(folder, 'taken'));
    expect(() => replaceFile(join(folder, 'taken'), 'x')).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('writeNewFile', () => {
  it('overwrites what was left half written, and refuses a symbolic link', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'half of something longer');
    await writeNewFile(path, Buffer.from('whole'));
    expect(readFileSync(path, 'utf8')).toBe('whole');
    symlinkSync(path, join(folder, 'link'));
    await expect(writeNewFile(join(folder, 'link'), Buffer.from('x'))).rejects.toThrow(/ELOOP/);
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });
});
