import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readScores } from './net-scores.ts';
import { UsageError } from './usage.ts';

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-scores-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'scores.csv'), text);
  return join(folder, 'scores.csv');
}

describe('readScores', () => {
  it('reads logits by path, whatever else stands there', async () => {
    const text = 'path,fold,logit\na/1.jpg,2,-3.5\na/2.jpg,0,1e1\n';
    const { logits, sha256 } = await readScores(file(text));
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect([...logits]).toEqual([
      ['a/1.jpg', -3.5],
      ['a/2.jpg', 10],
    ]);
  });

  it.each([
    ['path,score\n1.jpg,2\n', /needs the columns path and logit; its first line names path, score/],
    ['', /needs the columns path and logit/],
    ['path,logit\n', /has no rows/],
    ['path,logit\n1.jpg\n', /no table of comma-separated values: row 1 has 1 fields, not 2/],
    ['path,logit\n1.jpg,2\n"2.jpg,3\n', /no table of comma-separated values/],
    ['path,logit\n1.jpg,NaN\n', /row 1: the logit of 1.jpg is "NaN", which is no finite number/],
    ['path,logit\n1.jpg,2\n2.jpg,\n', /row 2: the logit of 2.jpg is ""/],
    ['path,logit\n1.jpg,Infinity\n', /"Infinity", which is no finite number/],
    ['path,logit\n1.jpg,two\n', /"two", which is no finite number/],
    ['path,logit\n,2\n', /row 1 names no path/],
    ['path,logit\n1.jpg,2\n1.jpg,2\n', /row 2: 1.jpg stands there twice/],
  ])('says what is wrong with %j', async (text, message) => {
    const refusal = readScores(file(text));
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(/^--scores: /);
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
  });

  it('says which file is not there', async () => {
    await expect(readScores('nowhere.csv')).rejects.toThrow('--scores: nowhere.csv cannot be read (ENOENT).');
  });
});
