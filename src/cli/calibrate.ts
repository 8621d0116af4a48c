import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { replaceFile } from '../stores/write-durably.ts';
import { assemble, type CalibrationQuestion, chooseModels, noisySourcesOf } from './calibrate-assemble.ts';
import { calibrationSummary } from './calibrate-summary.ts';
import { checkFiles, type ManifestFile, selectFiles } from './evaluate-manifest.ts';
import { measure } from './evaluate-measuring.ts';
import { interruptibly } from './interruption.ts';
import { UsageError } from './usage.ts';

const usage = `Usage: bonafide calibrate --manifest FILE.csv --measured DIR --out FILE.json [options]

Fits the live probability to labelled pictures, with the models and settings of the environment: how much each
anti-spoof net counts, and from where on a face is live or an attack. CALIBRATION_PATH=FILE.json makes a server with
the same models go by it.

  --manifest FILE.csv   the pictures, as for bonafide evaluate; give a source to each camera
  --measured DIR        where bonafide evaluate has put its measurements, or is to: what is missing is measured
  --out FILE.json       the calibration to write; one that is there already is replaced, another file is not
  --nets NAMES          the anti-spoof nets that it is for, with commas. Default: all that are in use
  --where CONDITION     which rows, as for bonafide evaluate
  --noisy NAMES         sources or folders, with commas, whose labels or crops are not to be trusted: not learnt from
  --name NAME           what to call it. Default: the detector and the nets
  -h, --help            show this text`;

/**
 * `bonafide calibrate`.
 *
 * @returns the exit code; 130 where it was interrupted
 * @throws UsageError for wrong arguments and files; Error where there is too little to learn from
 */
export async function calibrateCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const question = readArguments(args);
  if (question === undefined) {
    console.log(usage);
    return 0;
  }
  return interruptibly((signal) => calibrate(question, readConfig(env), env, signal));
}

/** @returns undefined where help was asked for */
function readArguments(args: readonly string[]): CalibrationQuestion | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      manifest: { type: 'string' },
      measured: { type: 'string' },
      out: { type: 'string' },
      nets: { type: 'string' },
      where: { type: 'string', multiple: true, default: [] },
      noisy: { type: 'string', default: '' },
      name: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { manifest, measured, out, nets, where, noisy, name } = values;
  if (!manifest || !measured || !out)
    throw new UsageError(
      'Say what to learn from, where it is measured and where to write: bonafide calibrate --manifest FILE.csv --measured DIR --out FILE.json.',
    );
  const wanted = nets === undefined ? undefined : names(nets);
  if (wanted?.length === 0) throw new UsageError('--nets names no net.');
  return { manifest, measured, out, where, name, noisy: names(noisy), nets: wanted };
}

const names = (list: string) => [...new Set(list.split(',').flatMap((name) => name.trim() || []))];

async function calibrate(
  question: CalibrationQuestion,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const { manifest, measured: out, nets, where, noisy } = question;
  // What is wrong with the arguments is said before anything is measured.
  await requirePlaceFor(question.out);
  const selection = await selectFiles(manifest, where, noisy);
  const stills = selection.files.filter(({ presentation }) => presentation === 'still');
  requireBothClasses(stills, manifest);
  const files = await checkFiles(stills);
  for (const folder of [out, dirname(question.out)]) await makeFolder(folder);
  const measured = await measure(
    config,
    { files, pairs: undefined, manifest, out, onModels: (models) => chooseModels(models, nets) },
    env,
    signal,
  );
  if (measured === undefined) {
    console.error('Stopped. The same command goes on from here.');
    return 130;
  }
  const file = assemble(question, selection.manifestSha256, files, measured);
  replaceFile(question.out, `${JSON.stringify(file, rounded, 2)}\n`, { mode: 0o644 });
  console.log([...calibrationSummary(file), `Written: ${question.out}`].join('\n'));
  return 0;
}

/**
 * An older calibration may be replaced, the manifest or a picture may not.
 *
 * @throws UsageError where something else has the name
 */
async function requirePlaceFor(out: string): Promise<void> {
  const text = await readFile(out, 'utf8').catch(({ code }) => {
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`--out ${out} cannot be written: ${code}.`);
  });
  if (text !== undefined && !isCalibration(text))
    throw new UsageError(`--out ${out} is there already, and is no calibration: name another file.`);
}

function isCalibration(text: string): boolean {
  try {
    return JSON.parse(text).format === 'bonafide-live-calibration';
  } catch {
    return false;
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch(({ code }) => {
    throw new UsageError(`${path} is no folder, and cannot be made one: ${code}.`);
  });
}

/** @throws UsageError where there is nothing of a class, which measuring would not change */
function requireBothClasses(stills: readonly ManifestFile[], manifest: string): void {
  const noisySources = noisySourcesOf(stills);
  for (const live of [true, false])
    if (!stills.some((file) => file.live === live && !noisySources.has(file.source)))
      throw new UsageError(
        `${manifest}: no still picture ${live ? 'of a live face' : 'of an attack'} is left to learn from.`,
      );
}

/** Seven digits: more would be the noise of one machine's arithmetic. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
}
