import {
  chmodSync,
  existsSync,
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
import { expect, it } from 'vitest';
import { createSampleFiles } from './sample-files.ts';

it('touches no path that is not of a sample', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
  const files = createSampleFiles(join(folder, 'train'));
  const outside = join(folder, 'precious');
  writeFileSync(outside, 'kept');
  for (const path of ['../precious', 'live/raw/../../../precious', '/etc/passwd', 'live/raw/x.jpg', '']) {
    await expect(files.remove([path]), path).rejects.toThrow(/not the path of a sample/);
    await expect(files.write([{ path, bytes: Buffer.from('x') }]), path).rejects.toThrow();
  }
  expect(readFileSync(outside, 'utf8')).toBe('kept');
  expect(existsSync(join(folder, 'train', 'live'))).toBe(false);
  rmSync(folder, { recursive: true });
});

it('works in a folder that is itself a symbolic link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
  mkdirSync(join(folder, 'disk'));
  symlinkSync(join(folder, 'disk'), join(folder, 'train'));
  chmodSync(join(folder, 'disk'), 0o750);
  const files = createSampleFiles(join(folder, 'train'));
  const path = `live/raw/${'a'.repeat(32)}.jpg`;
  await files.write([{ path, bytes: Buffer.from('x') }]);
  expect(lstatSync(join(folder, 'disk', path)).isFile()).toBe(true);
  // An operator's own folder keeps the mode they gave it.
  expect(statSync(join(folder, 'disk')).mode & 0o777).toBe(0o750);
  rmSync(folder, { recursive: true });
});

/** What is in the way of the data set. */
const obstacles: readonly (readonly [name: string, obstruct: (train: string, elsewhere: string) => void])[] =
  [
    ['live is a link', (train, elsewhere) => symlinkSync(elsewhere, join(made(train), 'live'))],
    ['.incoming is a link', (train, elsewhere) => symlinkSync(elsewhere, join(made(train), '.incoming'))],
    ['TRAIN_DIR is a dangling link', (train, elsewhere) => symlinkSync(join(elsewhere, 'none'), train)],
    ['TRAIN_DIR is a link to itself', (train) => symlinkSync(train, train)],
    ['TRAIN_DIR is a file', (train) => writeFileSync(train, '')],
  ];

it.each(obstacles)(
  'says that the store is not there, and has written nothing, where %s',
  async (_, obstruct) => {
    const folder = mkdtempSync(join(tmpdir(), 'bonafide-samples-'));
    const [train, elsewhere] = [join(folder, 'train'), join(folder, 'elsewhere')];
    obstruct(train, made(elsewhere));
    const writing = createSampleFiles(train).write([
      { path: `live/raw/${'a'.repeat(32)}.jpg`, bytes: Buffer.from('x') },
    ]);
    await expect(writing).rejects.toMatchObject({
      code: 'store_unavailable',
      isUntouched: true,
      notice: expect.stringContaining(train),
      cause: expect.any(String),
    });
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(folder, { recursive: true });
  },
);

function made(folder: string): string {
  mkdirSync(folder);
  return folder;
}
