import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreFace } from '../src/decisions/evaluation/measurement.ts';
import { valueIfMeasured } from '../src/decisions/facts.ts';
import { probabilityOf, rowLogOdds } from '../src/decisions/live-calibration.ts';
import type { LiveCalibrationFile } from '../src/decisions/live-calibration-file.ts';
import { createInlinePerception } from '../src/perception/inline.ts';
import { engineOptions } from './support/engine.ts';
import { encodeJpeg, loadSampleFaces } from './support/faces.ts';
import { recapture } from './support/recapture.ts';

// `bonafide calibrate` as its user runs it, with the models of a fresh machine, on people of a package's photographs:
// three cameras that change the light and the size of their pictures, and pictures of screens that show them.

const bonafide = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bonafide-calibrate-'));
const inFolder = (name: string) => join(folder, name);
const manifest = inFolder('data/manifest.csv');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = { PATH: process.env.PATH, MODELS_DIR: 'none', PERCEPTION_PROCESSES: '2' };
const ownNet = 'bonafide-antispoof';

/** Runs the built tool; a second run of the same folder of measurements measures nothing. */
async function run(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const env = { ...environment, ...settings };
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [bonafide, ...args], { env })
    .then((done) => ({ ...done, code: 0 }))
    .catch((error) => error as { stdout: string; stderr: string; code: number });
  return { stdout, stderr, code };
}

/** Calibrates with the measurements of the first test, into a file of this name. */
async function calibrate(out: string, ...more: readonly string[]) {
  const places = ['--manifest', manifest, '--measured', inFolder('measured'), '--out', inFolder(out)];
  return run(['calibrate', ...places, ...more]);
}

const written = (name: string): LiveCalibrationFile => JSON.parse(readFileSync(inFolder(name), 'utf8'));

const cameras: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  porch: (picture) => picture,
  desk: (picture) => picture.flop().modulate({ brightness: 1.1 }),
  phone: (picture) => picture.modulate({ brightness: 0.9, saturation: 0.8 }),
};

interface Row {
  readonly path: string;
  readonly label: string;
  readonly source: string;
  readonly subject: string;
}

const rows: Row[] = [];
let people: number;

/** A manifest of some of the rows, beside the pictures. */
function writeManifest(name: string, chosen: readonly Row[]): string {
  const lines = chosen.map(({ path, label, source, subject }) => [path, label, source, subject].join(','));
  const path = inFolder(`data/${name}`);
  writeFileSync(path, `${['path,label,source,subject', ...lines].join('\n')}\n`);
  return path;
}

function keep(row: Row, bytes: Uint8Array | string): void {
  const file = inFolder(`data/${row.path}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  rows.push(row);
}

beforeAll(async () => {
  const perception = await createInlinePerception(engineOptions());
  const samples = (await loadSampleFaces(perception)).slice(0, 6);
  people = samples.length;
  await perception.close();
  for (const [source, change] of Object.entries(cameras))
    for (const [person, { image }] of samples.entries()) {
      const taken = await change(sharp(await encodeJpeg(image)))
        .jpeg({ quality: 95 })
        .toBuffer();
      const subject = `zora ${person}`;
      keep({ path: `${source}/live/${person}.jpg`, label: 'live', source, subject }, taken);
      const attack = { path: `${source}/screen/${person}.jpg`, label: 'replay', source, subject };
      keep(attack, await recapture(taken, 1));
    }
  const small = await sharp(await encodeJpeg(samples[0]!.image))
    .resize({ width: 160 })
    .jpeg()
    .toBuffer();
  keep({ path: 'porch/live/small.jpg', label: 'live', source: 'porch', subject: 'zora 0' }, small);
  keep({ path: 'porch/live/broken.jpg', label: 'live', source: 'porch', subject: '' }, 'no picture');
  keep({ path: 'hall/live/0.jpg', label: 'live', source: 'hall', subject: 'zora 0' }, small);
  keep({ path: 'clip.mp4', label: 'live', source: 'porch', subject: 'zora 0' }, 'not looked at');
  writeManifest('manifest.csv', rows);
}, 120_000);

// Each run starts processes that load all models.
describe('bonafide calibrate', { timeout: 240_000 }, () => {
  it('measures stills, and writes a calibration with what it rests on', async () => {
    const { stdout, stderr, code } = await calibrate('first.json');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/(\d+) of \1 files measured/);
    const file = written('first.json');
    expect(file).toMatchObject({
      format: 'bonafide-live-calibration',
      name: `blazeface+${ownNet}`,
      isExperimental: true,
      command: 'bonafide calibrate --manifest manifest.csv',
      models: [
        { role: 'detector', name: 'blazeface' },
        { role: 'anti-spoof', name: ownNet },
      ],
      data: {
        files: 6 * people,
        sources: ['desk', 'phone', 'porch'],
        excluded: [{ source: 'hall', why: 'too few pictures in range' }],
        // The two small ones; and what is no picture.
        outOfRange: 2,
        withoutAnswer: 1,
      },
      rates: { leftOut: 'families' },
    });
    expect(Object.keys(file.nets!)).toEqual([ownNet]);
    expect(file.nets![ownNet]!.weight).toBeGreaterThanOrEqual(0);
    expect(file.limits.live).toBeGreaterThanOrEqual(file.limits.attack);
    expect(
      file.rates.bySource.map(({ source, bonaFide, attack }) => [source, bonaFide!.units, attack!.units]),
    ).toEqual(['desk', 'phone', 'porch'].map((source) => [source, people, people]));
    expect(stdout).toMatch(/fitted to \d+ pictures of 3 sources; 2 were out of range, 1 had no answer/);
    expect(stdout).toContain('Of sources that it had not seen');
    expect(stdout).toContain(`Written: ${inFolder('first.json')}`);
    expect(readFileSync(inFolder('first.json'), 'utf8')).not.toMatch(/zora|live\/0|\/tmp/);
  });

  it('measures nothing twice, and gives the same file; an older calibration is replaced', async () => {
    const lines = readFileSync(inFolder('measured/measurements.jsonl'), 'utf8');
    writeFileSync(inFolder('again.json'), JSON.stringify({ ...written('first.json'), bias: 99 }));
    const { stderr } = await calibrate('again.json');
    expect(stderr).toMatch(/(\d+) of \1 files were measured before/);
    expect(readFileSync(inFolder('measured/measurements.jsonl'), 'utf8')).toBe(lines);
    expect(written('again.json')).toEqual(written('first.json'));
  });

  it('makes the live probability of a server with the same models', async () => {
    const picture = inFolder('data/porch/live/0.jpg');
    const { stdout, stderr, code } = await run(['check', '--image', picture, '--json'], {
      CALIBRATION_PATH: inFolder('first.json'),
    });
    expect(code, stderr).toBe(0);
    const { check } = JSON.parse(stdout);
    const score = valueIfMeasured(restoreFace(check.subject).antiSpoof[ownNet]!);
    const logOdds = rowLogOdds({ [ownNet]: score!.logit }, written('first.json'));
    expect(check.liveProbability).toBeCloseTo(probabilityOf(logOdds), 6);
  });

  it('learns from what it is told to, by the name that it is told', async () => {
    const { stdout, stderr, code } = await calibrate(
      'chosen.json',
      ...['--nets', ownNet, '--where', 'source!=hall', '--noisy', 'desk', '--name', 'front doors'],
    );
    expect(code, stderr).toBe(0);
    const { name, command, data, rates } = written('chosen.json');
    expect(name).toBe('front doors');
    expect(command).toBe(
      `bonafide calibrate --manifest manifest.csv --nets ${ownNet} --where 'source!=hall' --noisy desk --name 'front doors'`,
    );
    expect(data).toMatchObject({
      sources: ['phone', 'porch'],
      excluded: [{ source: 'desk', why: 'labels or crops are not to be trusted' }],
    });
    expect(rates.bySource.map(({ source, isFitted }) => [source, isFitted])).toEqual([
      ['desk', false],
      ['phone', true],
      ['porch', true],
    ]);
    expect(stdout).toMatch(/desk .*\(not learnt from\)/);
  });

  it('of one camera says that its rates tell nothing of another', async () => {
    const { stdout, stderr, code } = await calibrate('one.json', '--where', 'source=porch');
    expect(code, stderr).toBe(0);
    expect(written('one.json')).toMatchObject({
      data: { files: 2 * people, sources: ['porch'] },
      rates: { leftOut: 'units' },
    });
    expect(stdout).toContain('another camera may do worse');
    expect(stdout).not.toContain('had not seen');
  });

  it('learns live faces from one camera and attacks from another, where there are no others', async () => {
    const { stderr, code } = await calibrate(
      'apart.json',
      ...['--where', 'source=porch,desk', '--where', 'path=porch/live,desk/screen'],
    );
    expect(code, stderr).toBe(0);
    const { calibrated, rawMean } = written('apart.json').equalErrorRate;
    for (const rate of [calibrated, rawMean]) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(1);
    }
  });

  it('goes on after it was interrupted', async () => {
    const measured = inFolder('interrupted');
    const args = ['--manifest', manifest, '--measured', measured, '--out', inFolder('interrupted.json')];
    const child: ChildProcess = spawn(process.execPath, [bonafide, 'calibrate', ...args], {
      env: environment,
    });
    let told = '';
    child.stderr!.on('data', (text) => {
      told += text;
      if (!child.killed && /measured/.test(told)) child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
    expect(told).toContain('The same command goes on from here.');
    expect(existsSync(inFolder('interrupted.json'))).toBe(false);
    const { stderr, code } = await run(['calibrate', ...args]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\d+ of \d+ files were measured before/);
    // Measured in another order: the file is the same to the last digit.
    expect(written('interrupted.json')).toEqual(written('first.json'));
  });

  it.each(['--help', '-h'])('shows its help for %s', async (option) => {
    const { stdout, code } = await run(['calibrate', option]);
    expect(code).toBe(0);
    const options = ['--manifest', '--measured', '--out', '--nets', '--where', '--noisy', '--name'];
    for (const named of options) expect(stdout).toContain(`  ${named} `);
  });
});

describe('bonafide calibrate refuses in a sentence, and writes nothing:', { timeout: 60_000 }, () => {
  const never = ['--measured', inFolder('never'), '--out', inFolder('never.json')];

  async function expectRefusal(args: readonly string[], message: RegExp): Promise<void> {
    const { code, stdout, stderr } = await run(['calibrate', ...args]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at |files? measured/);
    expect([code, stdout]).toEqual([2, '']);
    expect(existsSync(inFolder('never.json'))).toBe(false);
  }

  it.each([
    ['nothing', [], /Say what to learn from/],
    ['no manifest', never, /Say what to learn from/],
    ['no place for measurements', ['--manifest', manifest, '--out', inFolder('never.json')], /Say what/],
    ['no place to write', ['--manifest', manifest, '--measured', inFolder('never')], /where to write/],
    ['an unknown option', ['--manifest', manifest, ...never, '--frobnicate'], /'--frobnicate'/],
    ['an option without its value', ['--manifest', manifest, ...never, '--nets'], /--nets/],
    ['a stray word', [manifest, ...never], /Unexpected argument/],
    ['a manifest that is not there', ['--manifest', 'nowhere', ...never], /nowhere cannot be read: ENOENT/],
    [
      'a condition of no column',
      ['--manifest', manifest, ...never, '--where', 'colour=red'],
      /no column "colour"/,
    ],
    ['a noisy source that is none', ['--manifest', manifest, ...never, '--noisy', 'attic'], /--noisy attic/],
    ['an empty list of nets', ['--manifest', manifest, ...never, '--nets', ' ,'], /--nets names no net/],
    [
      'a net that is not in use',
      ['--manifest', manifest, ...never, '--nets', `${ownNet},minifasnet-v2`],
      /Not in use here: minifasnet-v2;/,
    ],
    [
      'no attacks',
      ['--manifest', manifest, ...never, '--where', 'label=live'],
      /no still picture of an attack is left/,
    ],
    [
      'no live faces',
      ['--manifest', manifest, ...never, '--where', 'label=replay'],
      /no still picture of a live face is left/,
    ],
    [
      'live faces of noisy sources alone',
      ['--manifest', manifest, ...never, '--noisy', 'porch,desk,phone,hall'],
      /no still picture of a live face is left/,
    ],
    [
      'clips alone',
      ['--manifest', manifest, ...never, '--where', 'path=clip.mp4'],
      /no still picture of a live face is left/,
    ],
  ] as const)('%s', (_, args, message) => expectRefusal(args, message));

  it('a place that is taken by something else', async () => {
    const taken = inFolder('taken.csv');
    cpSync(manifest, taken);
    const args = ['--manifest', manifest, '--measured', inFolder('never'), '--out'];
    await expectRefusal([...args, taken], /taken\.csv is there already, and is no calibration/);
    expect(readFileSync(taken, 'utf8')).toBe(readFileSync(manifest, 'utf8'));
    await expectRefusal([...args, folder], /cannot be written: EISDIR/);
    await expectRefusal([...args, join(taken, 'x.json')], /cannot be written: ENOTDIR/);
  });

  it('measurements where a file is', async () => {
    const args = ['--manifest', manifest, '--measured', manifest, '--out', inFolder('never.json')];
    await expectRefusal(args, /is no folder, and cannot be made one: EEXIST/);
  });

  it('a machine without any anti-spoof net', async () => {
    const args = ['calibrate', '--manifest', manifest, ...never];
    const { code, stderr } = await run(args, { ANTISPOOF_NETS: 'none' });
    expect(stderr).toMatch(/Not in use here: any anti-spoof net/);
    expect(stderr).not.toMatch(/files? measured/);
    expect(code).toBe(2);
  });

  it('too few pictures in range, once it has looked at them', async () => {
    const few = writeManifest(
      'few.csv',
      rows.filter(
        ({ source, label, path }) => source === 'porch' && (label === 'replay' || /[0-3]\.jpg/.test(path)),
      ),
    );
    const args = ['--manifest', few, '--measured', inFolder('measured'), '--out', inFolder('never.json')];
    const { code, stdout, stderr } = await run(['calibrate', ...args]);
    expect(stderr).toMatch(
      /Too little to learn from\. No source has 5 usable bona fide presentations to learn from\./,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(existsSync(inFolder('never.json'))).toBe(false);
  });
});
