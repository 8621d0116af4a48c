import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let parent = '';
let folder = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bonafide-lock-'));
  folder = join(parent, 'lock');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A process that listens at the path, and leaves its socket behind when it is killed. */
async function listener(path: string) {
  const program = `require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))`;
  const child = spawn(process.execPath, ['-e', program, path]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a lock of a folder', () => {
  it('is for one at a time', async () => {
    const first = await lockFolder(folder);
    expect(first).toBeDefined();
    expect(await lockFolder(folder)).toBeUndefined();
    expect(await lockFolder(folder)).toBeUndefined();
    await first!.release();
    expect(readdirSync(folder)).toEqual([]);
    const second = await lockFolder(folder);
    expect(second).toBeDefined();
    await second!.release();
  });

  it('goes to exactly one of many who come at once, every time', async () => {
    for (let round = 0; round < 20; round++) {
      const locks = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder)));
      const holders = locks.filter((lock) => lock !== undefined);
      expect(holders).toHaveLength(1);
      await holders[0]!.release();
    }
  });

  it('ends with the process that has it, killed or not, and what that left is cleared away', async () => {
    mkdirSync(folder);
    const dead = ['00', 'ff'].map((name) => join(folder, name));
    const children = await Promise.all(dead.map(listener));
    expect(await lockFolder(folder)).toBeUndefined();
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(readdirSync(folder)).toEqual(['00', 'ff']);
    const locks = await Promise.all(Array.from({ length: 5 }, () => lockFolder(folder)));
    expect(locks.filter(Boolean)).toHaveLength(1);
    expect(readdirSync(folder)).toHaveLength(1);
    await locks.find(Boolean)!.release();
  });

  it('stays with a process that is alive and says nothing', async () => {
    mkdirSync(folder);
    const child = await listener(join(folder, 'ff'));
    child.kill('SIGSTOP');
    expect(await lockFolder(folder)).toBeUndefined();
    child.kill('SIGKILL');
  });

  it('holds in a folder whose path is too long for a socket, and shuts others out', async () => {
    folder = join(parent, 'long'.repeat(20), 'longer'.repeat(20));
    const lock = await lockFolder(folder);
    expect(lock).toBeDefined();
    expect(await lockFolder(folder)).toBeUndefined();
    await lock!.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});
