import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreFace } from '../src/decisions/evaluation/measurement.ts';
import type { EvaluationReport } from '../src/decisions/evaluation/report.ts';
import { decideLiveness } from '../src/decisions/fusion.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { calibrationInUse } from '../src/services/calibration-in-use.ts';
import { checkLiveness } from '../src/services/check-liveness.ts';
import { encodeClip } from './support/encode-clip.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces, photographPath } from './support/faces.ts';

// `bonafide evaluate` from a manifest to the report, on people of a package's photographs: two pictures of each that
// stand for bona fide ones, two blurred ones that stand for attacks, and what allows no decision.

const bonafide = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-evaluate-'));
const manifest = join(folder, 'data', 'manifest.csv');
const outFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = {
  PATH: process.env.PATH,
  MODELS_DIR: join(folder, 'no models'),
  PERCEPTION_PROCESSES: '2',
};

async function evaluate(out: string, ...args: readonly string[]) {
  const command = [bonafide, 'evaluate', '--manifest', manifest, '--out', outFolder(out), ...args];
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, command, { env: environment })
    .then((done) => ({ ...done, code: 0 }))
    .catch((error) => error as { stdout: string; stderr: string; code: number });
  return { stdout, stderr, code };
}

async function expectRefusal(args: readonly string[], message: RegExp): Promise<void> {
  const { code, stderr } = await evaluate('wrong', ...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n {4}at /);
}

const reportOf = (out: string): EvaluationReport =>
  JSON.parse(readFileSync(join(outFolder(out), 'report.json'), 'utf8'));
const linesOf = (out: string) =>
  readFileSync(join(outFolder(out), 'measurements.jsonl'), 'utf8')
    .trim()
    .split('\n');

/** All but when it was made. */
const figuresOf = ({ run: { madeAt, ...run }, latency, ...report }: EvaluationReport) => ({ run, ...report });

let lines: string[];

function keep(path: string, label: string, subject: string, bytes: Uint8Array): void {
  const file = join(dirname(manifest), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  const kind = path.slice(0, 1);
  lines.push([path, kind, label, subject, createHash('sha256').update(bytes).digest('hex')].join(','));
}

let people: number;

beforeAll(async () => {
  lines = ['path,kind,label,subject,sha256'];
  const perception = await createInlinePerception(engineOptions());
  const samples = (await loadSampleFaces(perception)).slice(0, 4);
  people = samples.length;
  await perception.close();
  for (const [person, { image }] of samples.entries()) {
    const jpeg = await encodeJpeg(image);
    const mirrored = await sharp(jpeg).flop().jpeg({ quality: 95 }).toBuffer();
    for (const [take, picture] of [jpeg, mirrored].entries()) {
      keep(`A/camera/live/${person}-${take}.jpg`, 'live', `zora ${person}`, picture);
      const soft = await sharp(picture).blur(3).png().toBuffer();
      keep(`A/camera/attack/${person}-${take}.png`, 'print', `zora ${person}`, soft);
    }
  }
  keep('A/camera/attack/group.jpg', 'replay', '', readFileSync(photographPath('sample1.jpg')));
  keep('A/camera/live/broken.jpg', 'live', '', Buffer.from('no picture'));
  keep('A/other/stock.jpg', 'photo', '', await encodeJpeg(samples[0]!.image));
  const frames = Array.from({ length: 30 }, (_, at) => ({
    image: samples[0]!.image,
    milliseconds: at * 50,
  }));
  keep('B/camera/clip.mp4', 'live', 'zora 0', await encodeClip({ format: 'mp4', codec: 'h264', frames }));
  writeFileSync(manifest, `${lines.join('\n')}\n`);
}, 120_000);

// Each run starts processes that load all models.
describe('bonafide evaluate', { timeout: 240_000 }, () => {
  it('measures stills and clips, and reports them', async () => {
    const { stdout, stderr, code } = await evaluate('first');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/(\d+) of \1 files measured/);
    expect(stdout).toContain('report.html');
    expect(readdirSync(outFolder('first')).sort()).toEqual([
      'measurements.jsonl',
      'report.html',
      'report.json',
    ]);
    const { data, stills, clips, models, latency } = reportOf('first');
    expect(data.files).toBe(4 * people + 3);
    expect(data.notCounted).toEqual([
      { why: 'labelled photo, which is neither live nor an attack', files: 1 },
    ]);
    expect(models.find(({ role }) => role === 'detector')).toMatchObject({ name: 'blazeface' });
    const [camera] = stills!.sources;
    // A person is one unit of each class, and what has no subject is one of its own.
    expect(camera).toMatchObject({
      source: 'camera',
      bonaFide: { files: 2 * people + 1, units: people + 1, nonResponse: { errors: 1, of: people + 1 } },
      attack: { files: 2 * people + 1, units: people + 1, nonResponse: { errors: 1 } },
    });
    expect(camera!.bonaFide.reasons).toEqual([{ reason: 'invalid_image', files: 1 }]);
    expect(camera!.attack.reasons).toEqual([{ reason: 'several_faces', files: 1 }]);
    expect(clips!.sources[0]!.bonaFide).toMatchObject({ units: 1, nonResponse: { errors: 0 } });
    expect(latency.stills.map(({ stage }) => stage)).toContain('total');
  });

  it('finds what tells the classes apart without looking at the face', () => {
    const [row] = reportOf('first').stills!.confounds;
    // The attacks are PNG files, and soft.
    expect(row!.auc.format).toBe(1);
    expect(row!.auc.sharpness).toBeGreaterThan(0.9);
    expect(row!.confounded).toBe(true);
    expect(reportOf('first').stills!.headline.sources).toEqual([]);
  });

  it('keeps and shows no face, no name and no embedding', () => {
    for (const name of readdirSync(outFolder('first'))) {
      const text = readFileSync(join(outFolder('first'), name), 'utf8');
      const found = [
        'zora',
        folder,
        '"mesh":',
        '"embedding":',
        '"crop":',
        'data:image',
        '<img',
        'camera/live',
      ].filter((part) => text.includes(part));
      expect(found, name).toEqual([]);
    }
  });

  it('answers for each picture as the passive check does', async () => {
    const perception = await createInlinePerception(
      engineOptions({ antiSpoofNets: ['minifasnet-v2', 'minifasnet-v1se'] }),
    );
    const calibration = calibrationInUse(perception);
    const kept = linesOf('first').map((line) => JSON.parse(line));
    for (const path of ['A/camera/live/0-0.jpg', 'A/camera/attack/1-0.png']) {
      const bytes = readFileSync(join(dirname(manifest), path));
      const check = await checkLiveness(perception, { calibration, bystanderRatio: 0.5 }, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const { face } = kept.find((line) => line.sha256 === sha256).measurement;
      const decision = decideLiveness(restoreFace(face), calibration);
      expect(decision.verdict).toBe(check.verdict);
      expect(decision.liveProbability).toBe(check.liveProbability);
      expect(face.antiSpoof).toEqual(check.subject.antiSpoof);
    }
    await perception.close();
  });

  it('measures nothing twice, and gives the same figures to the last digit', async () => {
    const before = linesOf('first');
    const first = reportOf('first');
    const { stderr } = await evaluate('first');
    expect(stderr).toMatch(/(\d+) of \1 files were measured before/);
    expect(linesOf('first')).toEqual(before);
    expect(figuresOf(reportOf('first'))).toEqual(figuresOf(first));
  });

  it('goes on after it was interrupted, and after a kill that tore a line', async () => {
    const command = [bonafide, 'evaluate', '--manifest', manifest, '--out', outFolder('again')];
    const child: ChildProcess = spawn(process.execPath, command, { env: environment });
    let told = '';
    child.stderr!.on('data', (text) => {
      told += text;
      if (!child.killed && /measured/.test(told)) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(130);
    expect(told).toContain('The same command goes on from here.');
    const kept = linesOf('again');
    for (const line of kept) JSON.parse(line);
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(linesOf('first').length);
    appendFileSync(join(outFolder('again'), 'measurements.jsonl'), '{"engine":"');
    const { stderr } = await evaluate('again');
    expect(stderr).toMatch(new RegExp(`${kept.length - 1} of \\d+ files were measured before`));
    expect(linesOf('again').slice(0, kept.length)).toEqual(kept);
    // It measured in another order, and so did its processes: the figures are those of the first run.
    expect(figuresOf(reportOf('again'))).toEqual(figuresOf(reportOf('first')));
  });

  it('counts files, compares reports, and tells faces apart, where asked', async () => {
    const pairs = join(folder, 'pairs.csv');
    const person = (at: number, take: number) => `A/camera/live/${at}-${take}.jpg`;
    writeFileSync(
      pairs,
      [
        'a,b,same',
        ...Array.from({ length: people }, (_, at) => `${person(at, 0)},${person(at, 1)},1`),
        ...Array.from({ length: people - 1 }, (_, at) => `${person(at, 0)},${person(at + 1, 0)},0`),
        `${person(0, 0)},A/camera/live/broken.jpg,0`,
      ].join('\n'),
    );
    const { code, stderr } = await evaluate(
      'first',
      ...['--unit', 'file', '--pairs', pairs, '--compare', outFolder('again'), '--where', 'kind=A'],
    );
    expect(code, stderr).toBe(0);
    const { stills, clips, verification, comparison, run } = reportOf('first');
    expect(run).toMatchObject({ unit: 'file', where: ['kind=A'] });
    expect(clips).toBeNull();
    expect(stills!.sources[0]!.bonaFide).toMatchObject({ units: 2 * people + 1 });
    expect(verification).toMatchObject({ people, genuine: people, impostor: people - 1, notMeasured: 1 });
    expect(verification!.fnmr.value).toBe(0);
    expect(verification!.eer.value).toBe(0);
    expect(comparison).toMatchObject({ sameData: false });
    expect(comparison!.rows.length).toBeGreaterThan(0);
    expect(readFileSync(join(outFolder('first'), 'measurements.jsonl'), 'utf8')).not.toContain('vector');
  });

  it.each([
    ['{"format":"bonafide-evaluation","formatVersion":1}', /another version/],
    ['no report', /is no report of bonafide evaluate/],
  ])('says in a sentence what is wrong with another report: %s', async (text, message) => {
    const other = join(folder, 'other.json');
    writeFileSync(other, text);
    await expectRefusal(['--compare', other], message);
  });

  it.each([
    [['--where', 'colour=red'], /no column "colour"/],
    [['--where', 'source=nowhere'], /Nothing is left to evaluate/],
    [['--unit', 'frame'], /--unit must be subject, clip or file/],
    [['--noisy', 'nowhere'], /--noisy nowhere/],
    [['--compare', 'nowhere'], /nowhere cannot be read \(ENOENT\)/],
    [['--pairs', 'nowhere'], /nowhere cannot be read \(ENOENT\)/],
  ])('says in a sentence what is wrong with %j', expectRefusal);

  it('refuses a file that is not the one of the manifest', async () => {
    const path = join(dirname(manifest), 'A/camera/live/broken.jpg');
    writeFileSync(path, 'another one');
    await expectRefusal(
      [],
      /1 of \d+ files are not in order\.\n {2}A\/camera\/live\/broken\.jpg is not the file/,
    );
  });
});
