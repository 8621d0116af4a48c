import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const bonafide = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-train-'));
const trainDir = join(folder, 'train');
const people = 16;
const picturesEach = 5;

/** nuaa: webcam pictures of living people, and of prints of them; so many of each person and label. */
beforeAll(() => {
  const taken = new Map<string, number>();
  const lines = ['path,subject'];
  for (const label of ['live', 'spoof']) mkdirSync(join(trainDir, label, 'raw'), { recursive: true });
  for (const line of readFileSync(`${shared}/data/manifest.csv`, 'utf8').trim().split('\n').slice(1)) {
    // No field used here holds a comma.
    const [path = '', , label, subject = ''] = line.split(',');
    if (!path.startsWith('A/nuaa/')) continue;
    const count = (taken.get(`${subject} ${label}`) ?? 0) + 1;
    taken.set(`${subject} ${label}`, count);
    if (count > picturesEach) continue;
    const to = `${label === 'live' ? 'live' : 'spoof'}/raw/${path.replaceAll('/', '_')}`;
    symlinkSync(`${shared}/data/${path}`, join(trainDir, to));
    lines.push(`${to},${subject}`);
  }
  writeFileSync(join(folder, 'subjects.csv'), lines.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function train(models: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const out = join(folder, 'classifier.json');
  const env = { PATH: process.env.PATH, ...models };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [bonafide, 'train', '--train-dir', trainDir, '--out', out, ...args],
    { env },
  );
  console.log(stdout);
  return JSON.parse(readFileSync(out, 'utf8'));
}

const strong = { MODELS_DIR: `${shared}/models` };
/** No net at all: what texture is worth by itself. */
const textureAlone = { MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' };

describe('a classifier of webcam pictures and prints', () => {
  it('tells them apart in people it has not seen, by the strong pack', async () => {
    const { rates, data } = await train(strong, '--subjects', join(folder, 'subjects.csv'));
    expect(data.subjects).toBe(people);
    expect(rates.auc.low).toBeGreaterThan(0.97);
    expect(rates.apcer.rate).toBeLessThan(0.08);
    expect(rates.bpcer.rate).toBeLessThan(0.08);
  });

  it('finds people by their faces, give or take those who look alike', async () => {
    const { data, rates } = await train(strong);
    expect(data.subjects).toBeGreaterThanOrEqual(people / 2);
    expect(data.subjects).toBeLessThanOrEqual(people + 4);
    expect(rates.auc.value).toBeGreaterThan(0.97);
  });

  it('tells less by texture alone, and says so', async () => {
    const { rates } = await train(textureAlone, '--subjects', join(folder, 'subjects.csv'));
    expect(rates.auc.value).toBeGreaterThan(0.6);
    expect(rates.auc.value).toBeLessThan(0.99);
  });
});
