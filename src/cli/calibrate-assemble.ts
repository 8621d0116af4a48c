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
import type { HashedFile, ManifestFile } from './evaluate-manifest.ts';
import type { Measured } from './evaluate-measuring.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

/** Why a noisy source is left out, in the file of a calibration. */
export const untrusted = 'labels or crops are not to be trusted';

/** What `bonafide calibrate` was told. */
export interface CalibrationQuestion {
  readonly manifest: string;
  /** The folder of the measurements. */
  readonly measured: string;
  readonly out: string;
  /** By their names in the registry, one at least; undefined: all that are in use. */
  readonly nets: readonly string[] | undefined;
  readonly where: readonly string[];
  readonly noisy: readonly string[];
  readonly name: string | undefined;
}

/**
 * Fits the calibration, and describes what it rests on.
 *
 * @throws Error where there is too little to learn from
 */
export function assemble(
  question: CalibrationQuestion,
  manifestSha256: string,
  files: readonly HashedFile[],
  measured: Measured,
): LiveCalibrationFile {
  const models = chooseModels(measured.perception.models, question.nets);
  const nets = models.filter(({ role }) => role === 'anti-spoof').map(({ name }) => name);
  const detector = models.find(({ role }) => role === 'detector')?.name ?? 'unknown';
  const { rows, outOfRange, withoutAnswer } = rowsOf(files, measured, nets);
  const noisySources = noisySourcesOf(files);
  const plan: CalibrationPlan = {
    name: question.name || [detector, ...nets].join('+'),
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

/**
 * The detector, and the nets that are asked for.
 *
 * @throws UsageError where one of them is not in use, or none is
 */
export function chooseModels(
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
function rowsOf(files: readonly HashedFile[], { known }: Measured, nets: readonly string[]) {
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
      const logit = face.antiSpoof[net] && valueIfMeasured(face.antiSpoof[net])?.logit;
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
    why: noisy.has(source) ? untrusted : 'too few pictures in range',
  }));
}

/** Without folders: they say nothing elsewhere. */
function commandOf({ manifest, nets, where, noisy, name }: CalibrationQuestion): string {
  const base = (path: string) => path.replace(/^.*[/\\]/, '');
  return [
    `bonafide calibrate --manifest ${base(manifest)}`,
    ...(nets ? [`--nets ${nets.join(',')}`] : []),
    ...where.map((condition) => `--where '${condition}'`),
    ...(noisy.length > 0 ? [`--noisy ${noisy.join(',')}`] : []),
    ...(name === undefined ? [] : [`--name '${name}'`]),
  ].join(' ');
}

/** A source is not to be trusted where some of it is not. */
export function noisySourcesOf(files: readonly ManifestFile[]): ReadonlySet<string> {
  return new Set(files.flatMap(({ source, noisy }) => (noisy ? source : [])));
}
