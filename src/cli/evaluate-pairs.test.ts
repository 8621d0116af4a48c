import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPairs } from './evaluate-pairs.ts';

function list(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-pairs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'pairs.csv'), text);
  return join(folder, 'pairs.csv');
}

describe('readPairs', () => {
  it('takes people from the manifest, and else from the pairs', async () => {
    const { pairs } = await readPairs(
      list('a,b,same\n1.jpg,2.jpg,1\n2.jpg,3.jpg,1\n3.jpg,4.jpg,0\n'),
      new Map([['1.jpg', 'ann']]),
    );
    const [first, second, third] = pairs.map(({ people }) => people);
    expect(first![0]).toBe(first![1]);
    expect(second).toEqual(first);
    expect(third![0]).toBe(first![0]);
    expect(third![1]).not.toBe(first![0]);
  });

  it.each([
    ['a,b\n1,2\n', /needs the columns a, b and same/],
    ['a,b,same\n1,2,yes\n', /row 1: same is 1 or 0/],
    ['a,b,same\n1,2,1\n2,3,1\n1,3,0\n', /row 3 contradicts/],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(readPairs(list(text), new Map())).rejects.toThrow(message);
  });
});
