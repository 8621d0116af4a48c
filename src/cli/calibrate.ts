import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { restoreFace } from '../decisions/evaluation/measurement.ts';
import { subjectOf } from '../decisions/evaluation/units.ts';
import { experimentalNet } from '../decisions/experimental-net.ts';
import { type ModelIdentity, valueIfMeasured } from '../decisions/facts.ts';
import type { LiveCalibrationFile } from '../decisions/live-calibration-file.ts';
import { statedRates } from '../decisions/training/choose-limits.ts';
import { describeCalibration } from '../decisions/training/describe-calibration.ts';
import {
  type CalibrationPlan,
  type CalibrationRow,
  fitCalibration,
} from '../decisions/training/fit-calibration.ts';
import { viewObstacles } from '../decisions/view-range.ts';
import { replaceFile } from '../stores/write-durably.ts';
import { calibrationSummary } from './calibrate-summary.ts';
import { checkFiles, type HashedFile, selectFiles } from './evaluate-manifest.ts';
import { type Measured, measure } from './evaluate-measuring.ts';
import { interruptibly } from './interruption.ts';
import { readScores } from './net-scores.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

const usage = `Usage: bonafide calibrate --manifest FILE.csv --measured DIR --out FILE.json [options]

Fits the live probability to labelled pictures, with the models and settings of the environment: how much each
anti-spoof net counts, and from where on a face is live or an attack. CALIBRATION_PATH=FILE.json makes a server with
the same models go by it.

  --manifest FILE.csv   the pictures, as for bonafide evaluate; give a source to each camera
  --measured DIR        where bonafide evaluate has put its measurements, or is to: what is missing is measured
  --out FILE.json       the calibration to write
  --nets NAMES          the anti-spoof nets that it is for, with commas. Default: all that are in use
  --where CONDITION     which rows, as for bonafide evaluate
  --noisy NAMES         sources or folders, with commas, whose labels or crops are not to be trusted: not learnt from
  --scores FILE.csv     logits of the one net that take the place of what is measured, for a net that was trained on
                        these pictures: columns path and logit, each by a net that had not seen the source. Pictures
                        that are not in it are not learnt from
  --name NAME           what to call it. Default: the detector and the nets
  -h, --help            show this text`;

interface Question {
  readonly manifest: string;
  readonly measured: string;
  readonly out: string;
  readonly nets: readonly string[] | undefined;
  readonly where: readonly string[];
  readonly noisy: readonly string[];
  readonly scores: string | undefined;
  readonly name: string | undefined;
}

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
function readArguments(args: readonly string[]): Question | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      manifest: { type: 'string' },
      measured: { type: 'string' },
      out: { type: 'string' },
      nets: { type: 'string' },
      where: { type: 'string', multiple: true, default: [] },
      noisy: { type: 'string', default: '' },
      scores: { type: 'string' },
      name: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { manifest, measured, out, nets, where, noisy, scores, name } = values;
  if (!manifest || !measured || !out)
    throw new UsageError(
      'Say what to learn from, where it is measured and where to write: bonafide calibrate --manifest FILE.csv --measured DIR --out FILE.json.',
    );
  return {
    manifest,
    measured,
    out,
    where,
    scores,
    name,
    noisy: names(noisy),
    nets: nets === undefined ? nets : names(nets),
  };
}

const names = (list: string) => list.split(',').flatMap((name) => name.trim() || []);

async function calibrate(
  question: Question,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const { manifest, measured: out, where, noisy } = question;
  const scores = question.scores === undefined ? undefined : await readScores(question.scores);
  const selection = await selectFiles(manifest, where, noisy);
  const files = await checkFiles(selection.files.filter(({ presentation }) => presentation === 'still'));
  await mkdir(out, { recursive: true });
  const measured = await measure(config, { files, pairs: undefined, manifest, out }, env, signal);
  if (measured === undefined) {
    console.error('Stopped. The same command goes on from here.');
    return 130;
  }
  const file = assemble(question, selection.manifestSha256, files, measured, scores);
  replaceFile(question.out, `${JSON.stringify(file, rounded, 2)}\n`, { mode: 0o644 });
  console.log([...calibrationSummary(file), `Written: ${question.out}`].join('\n'));
  return 0;
}

/** Seven digits: more would be the noise of one machine's arithmetic. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
}

function assemble(
  question: Question,
  manifestSha256: string,
  files: readonly HashedFile[],
  measured: Measured,
  scores: ReadonlyMap<string, number> | undefined,
): LiveCalibrationFile {
  const models = chooseModels(measured.perception.models, question.nets);
  const nets = models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name);
  const detector = models.find(({ role }) => role === 'detector')?.name ?? 'unknown';
  if (scores && nets.length !== 1) throw new UsageError('--scores is for one net: name it by --nets.');
  const { rows, outOfRange, withoutAnswer } = rowsOf(files, measured, nets, scores);
  const noisySources = new Set(files.flatMap(({ source, noisy }) => (noisy ? source : [])));
  const plan: CalibrationPlan = {
    name: question.name ?? [detector, ...nets].join('+'),
    nets,
    isExperimental: nets.every((net) => net === experimentalNet),
    rates: statedRates,
    excluded: noisySources,
  };
  const fitted = fitOrSay(rows, plan);
  const sources = [...new Set(fitted.outOfFold.map(({ source }) => source))].sort();
  return {
    format: 'bonafide-live-calibration',
    formatVersion: 1,
    ...fitted.calibration,
    measuredBy: { version: version() },
    madeOn: new Date().toISOString().slice(0, 10),
    command: commandOf(question),
    models,
    data: {
      manifestSha256,
      files: fitted.outOfFold.length,
      sources,
      excluded: excludedOf(files, sources, noisySources),
      outOfRange,
      withoutAnswer,
    },
    ...describeCalibration(rows, plan, fitted),
  };
}

/** The detector, and the nets that are asked for. */
function chooseModels(
  models: readonly ModelIdentity[],
  wanted: readonly string[] | undefined,
): LiveCalibrationFile['models'] {
  const inUse = models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name);
  const missing = wanted?.filter((name) => !inUse.includes(name)) ?? [];
  if (missing.length > 0 || inUse.length === 0)
    throw new UsageError(
      `Not in use here: ${missing.join(', ') || 'any anti-spoof net'}; ANTISPOOF_NETS and MODELS_DIR say what is.`,
    );
  return models.flatMap(({ role, name, sha256 }) =>
    role === 'detector' || (role === 'anti-spoof' && (wanted ?? inUse).includes(name))
      ? [{ role, name, sha256 }]
      : [],
  );
}

/** The pictures that are in range and that all nets have scored. */
function rowsOf(
  files: readonly HashedFile[],
  { known }: Measured,
  nets: readonly string[],
  scores: ReadonlyMap<string, number> | undefined,
) {
  const rows: CalibrationRow[] = [];
  let [outOfRange, withoutAnswer] = [0, 0];
  for (const file of files) {
    const measurement = known.get(file.sha256);
    if (measurement?.presentation !== 'still' || measurement.outcome !== 'measured') {
      withoutAnswer++;
      continue;
    }
    const face = restoreFace(measurement.face);
    const logits = nets.flatMap((net) => {
      const logit = scores
        ? scores.get(file.path)
        : face.antiSpoof[net] && valueIfMeasured(face.antiSpoof[net])?.logit;
      return logit === undefined ? [] : [[net, logit] as const];
    });
    if (viewObstacles(face).length > 0) outOfRange++;
    else if (logits.length < nets.length) withoutAnswer++;
    else {
      const { source, family, live } = file;
      const unit = JSON.stringify([live, subjectOf(file)]);
      rows.push({ source, family, unit, live, logits: Object.fromEntries(logits) });
    }
  }
  return { rows, outOfRange, withoutAnswer };
}

function fitOrSay(rows: readonly CalibrationRow[], plan: CalibrationPlan) {
  try {
    return fitCalibration(rows, plan);
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`Too little to learn from. ${error.message}`);
    throw error;
  }
}

function excludedOf(
  files: readonly HashedFile[],
  sources: readonly string[],
  noisy: ReadonlySet<string>,
): LiveCalibrationFile['data']['excluded'] {
  const others = [...new Set(files.map(({ source }) => source))].filter(
    (source) => !sources.includes(source),
  );
  return others.sort().map((source) => ({
    source,
    why: noisy.has(source) ? 'labels or crops are not to be trusted' : 'too few pictures in range',
  }));
}

/** Without folders: they say nothing elsewhere. */
function commandOf({ manifest, nets, where, noisy, scores }: Question): string {
  const base = (path: string) => path.replace(/^.*[/\\]/, '');
  return [
    `bonafide calibrate --manifest ${base(manifest)}`,
    ...(nets ? [`--nets ${nets.join(',')}`] : []),
    ...where.map((condition) => `--where '${condition}'`),
    ...(noisy.length > 0 ? [`--noisy ${noisy.join(',')}`] : []),
    ...(scores ? [`--scores ${base(scores)}`] : []),
  ].join(' ');
}
