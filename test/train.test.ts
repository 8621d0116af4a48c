import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RgbImage } from '../src/media/image.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { migrate } from '../src/stores/database/migrate.ts';
import { openDatabase } from '../src/stores/database/open-database.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces } from './support/faces.ts';
import { recapture } from './support/recapture.ts';
import { startServer } from './support/server.ts';

const bonafide = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-train-'));
const trainDir = join(folder, 'train');
const out = join(folder, 'classifier.json');
const report = join(folder, 'report');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the built tool; where it fails, its exit code too. */
const run = (...args: readonly string[]) => runWith({}, ...args);

async function runWith(settings: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const models = { MODELS_DIR: 'none', ANTISPOOF_NETS: 'none' };
  const env = { PATH: process.env.PATH, ...models, PERCEPTION_PROCESSES: '2', ...settings };
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [bonafide, ...args], { env })
    .then((done) => ({ ...done, code: 0 }))
    .catch((error) => error as { stdout: string; stderr: string; code: number });
  return { stdout, stderr, code };
}

/** What a camera may do with the same face: other light, the other way round, other compression. */
const takes = [
  (image: Sharp) => image,
  (image: Sharp) => image.flop(),
  (image: Sharp) => image.modulate({ brightness: 1.15 }),
  (image: Sharp) => image.flop().modulate({ brightness: 0.88 }),
];

let face: RgbImage;

beforeAll(async () => {
  for (const label of ['live', 'spoof']) mkdirSync(join(trainDir, label, 'raw'), { recursive: true });
  const perception = await createInlinePerception(engineOptions());
  const samples = await loadSampleFaces(perception);
  await perception.close();
  face = samples[0]!.image;
  const lines = ['path,subject'];
  for (const [person, { image }] of samples.entries()) {
    const jpeg = await encodeJpeg(image);
    for (const [take, change] of takes.entries()) {
      const live = await change(sharp(jpeg)).jpeg({ quality: 95 }).toBuffer();
      for (const [label, bytes] of [
        ['live', live],
        ['spoof', await recapture(live, 2)],
      ] as const) {
        const path = `${label}/raw/${person}-${take}.jpg`;
        writeFileSync(join(trainDir, path), bytes);
        lines.push(`${path},zora ${person}`);
      }
    }
  }
  writeFileSync(join(trainDir, 'live/raw/none.jpg'), 'no picture');
  writeFileSync(join(folder, 'subjects.csv'), lines.join('\n'));
});

describe('bonafide train', () => {
  it('learns from a data set, and says how well', async () => {
    const { stdout, stderr, code } = await run(
      'train',
      ...['--train-dir', trainDir, '--out', out, '--report', report],
      ...['--subjects', join(folder, 'subjects.csv'), '--classifier-threshold', '0.6'],
    );
    expect(stderr).toMatch(/(\d+) of \1 pictures measured/);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/AUC 0\.\d{3}|AUC 1\.000/);
    expect(stdout).toMatch(/APCER \d+\.\d % \(\d+ of \d+; 95 %: /);
    const file = JSON.parse(readFileSync(out, 'utf8'));
    expect(file).toMatchObject({
      version: 2,
      min_side: 224,
      threshold: 0.6,
      models: [{ role: 'detector', name: 'blazeface' }],
      data: { subjects_by: expect.stringMatching(/by the list of subjects/) },
    });
    expect(file.features).toHaveLength(7);
    expect(file.data.skipped.invalid_image).toBe(1);
    // Grids and blur are what texture tells best.
    expect(file.rates.auc.value).toBeGreaterThan(0.9);
    expect(readdirSync(folder).filter((name) => name.startsWith('classifier'))).toEqual(['classifier.json']);
  });

  it('reports without anything beside it, and without a face', async () => {
    expect(readdirSync(report).sort()).toEqual(['reliability.svg', 'report.html']);
    const page = readFileSync(join(report, 'report.html'), 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<img|<script|<link rel="stylesheet|src=|data:image|zora/);
    const plot = readFileSync(join(report, 'reliability.svg'), 'utf8');
    expect(plot).toMatch(/^<svg [^>]*width="330" height="420"/);
    expect(plot.match(/<circle /g)!.length).toBeGreaterThan(1);
    expect(plot).not.toMatch(/NaN|Infinity|undefined/);
    // The same in the page, in its colours; alone there is no style sheet to take colours from.
    const points = (svg: string) =>
      [...svg.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, ...at]) => at);
    expect(points(page)).toEqual(points(plot));
    expect(points(plot).length).toBeGreaterThan(1);
    expect(plot).not.toMatch(/var\(/);
  });

  it('gives the same classifier again, people told by their faces', async () => {
    const again = join(folder, 'again.json');
    const { stdout } = await run('train', '--train_dir', trainDir, '--out', again);
    expect(stdout).toMatch(/by their faces \(dlib-resnet, cosine distance up to 0\.050 on average/);
    const [one, other] = [out, again].map((path) => JSON.parse(readFileSync(path, 'utf8')));
    expect(other.weights).toEqual(one.weights);
    // The same people in other light are still themselves.
    expect(other.data.subjects).toBeGreaterThanOrEqual(5);
    expect(other.data.subjects).toBeLessThanOrEqual(one.data.subjects + 2);
  });

  it('knows people by the user ids of their uploads, unless a server has the database', async () => {
    const settings = { TRAIN_DIR: trainDir, DATA_DIR: join(folder, 'data') };
    const sql = await openDatabase({ databaseUrl: '', dataDir: settings.DATA_DIR });
    await migrate(sql);
    let entered = 0;
    for (const label of ['live', 'spoof'])
      for (const name of readdirSync(join(trainDir, label, 'raw'))) {
        const id = `${++entered}`.padStart(32, '0');
        await sql.query(
          `insert into samples (id, label, state, content_hash, raw_path, created_at)
           values ($1, $2, 'stored', $3, $4, now())`,
          [id, label, Buffer.from(id), `${label}/raw/${name}`],
        );
        await sql.query('insert into sample_users (user_id, sample_id) values ($1, $2)', [
          `zora ${name.split('-')[0]}`,
          id,
        ]);
      }
    const out = join(folder, 'stored.json');
    const args = ['train', '--train-dir', trainDir, '--out', out];
    const busy = await runWith(settings, ...args);
    expect(busy.stderr).toMatch(/not read from the database, so people are told by their faces\. .+/);
    expect(JSON.parse(readFileSync(out, 'utf8')).data.subjects_by).toMatch(/ by their faces/);
    await sql.close();
    const { stdout, stderr } = await runWith(settings, ...args);
    expect(stderr).not.toMatch(/not read/);
    expect(stdout).toMatch(/People: \d+ pictures by the user ids of the data set\n/);
    expect(stdout + readFileSync(out, 'utf8')).not.toMatch(/zora/);
  });

  it('makes the score of /v1, and no server starts with one that is of other models', async () => {
    const server = await startServer({ LIVENESS_CLF_PATH: out });
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(await encodeJpeg(face))]), 'face.jpg');
    const response = await fetch(`${server.url}/v1/liveness`, { method: 'POST', body: form });
    const { faces } = (await response.json()) as { faces: { score: number; extra: unknown }[] };
    // It weighs texture alone, which is no reason to enrol anybody.
    const registration = await fetch(`${server.url}/v1/register?user_id=ana`, { method: 'POST', body: form });
    const registered = await registration.json();
    server.process.kill('SIGKILL');
    expect(registered).toMatchObject({
      success: false,
      details: { frames: 0, liveness: { is_live: true, score_source: 'classifier' } },
    });
    expect(faces[0]).toMatchObject({ extra: { score_source: 'classifier' } });
    expect(faces[0]!.score).toBeGreaterThan(0.5);

    const file = JSON.parse(readFileSync(out, 'utf8'));
    file.models[0].sha256 = '00'.repeat(32);
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify(file));
    await expect(startServer({ LIVENESS_CLF_PATH: other })).rejects.toThrow(
      /other\.json: it was made for another version of blazeface \(its hash differs\)\. Train anew/,
    );
  });

  it.each([
    ['no folder', ['--out', 'x.json'], 2, /Say what to learn from/],
    [
      'a folder without pictures',
      ['--train-dir', folder, '--out', 'x.json'],
      2,
      /needs live\/raw and spoof\/raw/,
    ],
    [
      'a threshold that is none',
      ['--train-dir', trainDir, '--out', 'x.json', '--classifier-threshold', '2'],
      2,
      /must be a number from 0 to 1/,
    ],
  ] as const)('refuses %s in a sentence', async (_, args, expected, message) => {
    const { code, stderr } = await run('train', ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  it('refuses too little to learn from in a sentence, and writes nothing', async () => {
    const little = join(folder, 'little');
    for (const label of ['live', 'spoof']) mkdirSync(join(little, label, 'raw'), { recursive: true });
    for (const name of readdirSync(join(trainDir, 'live/raw')).slice(0, 3))
      writeFileSync(join(little, 'live/raw', name), readFileSync(join(trainDir, 'live/raw', name)));
    writeFileSync(join(little, 'spoof/raw/none.png'), 'no picture');
    const { code, stderr } = await run('train', '--train-dir', little, '--out', join(little, 'x.json'));
    expect(stderr).toMatch(
      /bonafide: Too little to learn from\. There are 3 usable live pictures of 1 person; at least 20 of 5 are needed\. Pictures that could not be used: 1 invalid_image\./,
    );
    expect(code).toBe(1);
    expect(readdirSync(little)).not.toContain('x.json');
  });
});
