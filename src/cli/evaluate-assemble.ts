import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../config.ts';
import { buildReport } from '../decisions/evaluation/build-report.ts';
import { refit } from '../decisions/evaluation/refit.ts';
import type {
  EvaluationReport,
  NamedFile,
  RunDescription,
  UnitKind,
  VerificationReport,
} from '../decisions/evaluation/report.ts';
import { verificationReport } from '../decisions/evaluation/verification.ts';
import type { ModelIdentity } from '../decisions/facts.ts';
import type { LiveCalibration } from '../decisions/live-calibration.ts';
import type { LiveCalibrationFile } from '../decisions/live-calibration-file.ts';
import { recommendedMatchDistance } from '../decisions/match-scale.ts';
import { shippedCalibrations } from '../decisions/shipped-calibrations.ts';
import { statedRates } from '../decisions/training/choose-limits.ts';
import { loadCalibration } from '../services/calibration-file.ts';
import { calibrationInUse } from '../services/calibration-in-use.ts';
import type { HashedFile, Selection } from './evaluate-manifest.ts';
import { concurrencyOf, type Measured, measuringSettings } from './evaluate-measuring.ts';
import { noiseByCalibration, withNoise } from './evaluate-noise.ts';
import type { PairList } from './evaluate-pairs.ts';
import { version } from './version.ts';
import { withoutFolders } from './without-folders.ts';

/** What was asked for, beside the settings. */
export interface Question {
  readonly manifest: string;
  readonly where: readonly string[];
  readonly noisy: readonly string[];
  readonly unit: UnitKind;
  readonly pairs: string | undefined;
  readonly out: string;
  readonly compare: string | undefined;
}

/** What was read and measured for it. */
export interface Findings {
  readonly selection: Selection;
  readonly files: readonly HashedFile[];
  readonly measured: Measured;
  readonly pairs: PairList | undefined;
}

/** The intervals of one data set are the same in each run. */
const seed = 20_261_121;
const bootstrapDraws = 1000;

/** Puts the report together. */
export function assemble(
  config: Config,
  question: Question,
  { selection, files, measured, pairs }: Findings,
): EvaluationReport {
  const { manifest, where, noisy, unit } = question;
  const { models } = measured.perception;
  const { MODELS_DIR, MODEL_PATH } = config;
  const calibration = calibrationInUse({ describe: () => measured.perception }, config);
  const file = calibrationFileOf(config, models, calibration);
  const noise = noiseByCalibration(
    [...(file ? [file] : []), ...shippedCalibrations],
    selection.manifestSha256,
    files,
  );
  return buildReport({
    files: withNoise(files, noise).map((one) => ({
      ...one,
      measurement: measured.known.get(one.sha256)!,
    })),
    notCounted: selection.notCounted,
    run: {
      version: version(),
      madeAt: new Date().toISOString(),
      manifest: basename(manifest),
      manifestSha256: selection.manifestSha256,
      where,
      noisy,
      noisyByCalibration: noise,
      calibrationFile: namedFile(config.CALIBRATION_PATH),
      unit,
      seed,
      bootstrapDraws,
      fittedTo: fittedTo(file),
      settings: { ...measuringSettings(config), ...verdictSettings(config) },
    },
    notices: measured.perception.notices.map((notice) => withoutFolders(notice, { MODELS_DIR, MODEL_PATH })),
    models,
    calibration,
    refit: (stills) => refit(stills, { models, calibration, rates: statedRates }),
    concurrency: concurrencyOf(config),
    verification: pairs && measured.compared ? verify(config, question, pairs, measured.compared) : null,
  });
}

/** The file of the calibration in use; undefined where it is none that was fitted. */
function calibrationFileOf(
  { CALIBRATION_PATH }: Config,
  models: readonly ModelIdentity[],
  { name }: LiveCalibration,
): LiveCalibrationFile | undefined {
  return CALIBRATION_PATH
    ? loadCalibration(CALIBRATION_PATH, models)
    : shippedCalibrations.find((shipped) => shipped.name === name);
}

function namedFile(path: string): NamedFile | null {
  if (path === '') return null;
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { name: basename(path), sha256 };
}

/** What the calibration in use was fitted to; one of the operator's own need not say. */
function fittedTo(file: LiveCalibrationFile | undefined): RunDescription['fittedTo'] {
  const { manifestSha256, sources }: Partial<LiveCalibrationFile['data']> = file?.data ?? {};
  return manifestSha256 !== undefined && sources !== undefined ? { manifestSha256, sources } : null;
}

function verify(
  { EMBEDDER }: Config,
  { pairs }: Question,
  { sha256 }: PairList,
  { pairs: compared, notMeasured }: NonNullable<Measured['compared']>,
): VerificationReport {
  return verificationReport(compared, {
    embedder: EMBEDDER,
    pairs: basename(pairs ?? ''),
    pairsSha256: sha256,
    notMeasured,
    threshold: recommendedMatchDistance,
    seed,
    draws: bootstrapDraws,
  });
}

/** Settings that choose nets and move verdicts, without folders; those that are empty say nothing. */
function verdictSettings(config: Config) {
  const { ANTISPOOF_NETS, MODEL_PATH, CALIBRATION_PATH, LIVE_THRESHOLD, ATTACK_THRESHOLD } = config;
  return {
    ...(MODEL_PATH
      ? { MODEL_PATH: basename(MODEL_PATH) }
      : { ANTISPOOF_NETS: ANTISPOOF_NETS.join(',') || 'none' }),
    ...(CALIBRATION_PATH && { CALIBRATION_PATH: basename(CALIBRATION_PATH) }),
    ...(LIVE_THRESHOLD !== undefined && { LIVE_THRESHOLD }),
    ...(ATTACK_THRESHOLD !== undefined && { ATTACK_THRESHOLD }),
  };
}
