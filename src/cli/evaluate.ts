import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, engineOptions, readConfig } from '../config.ts';
import { buildReport } from '../decisions/evaluation/build-report.ts';
import { compareReports } from '../decisions/evaluation/compare-reports.ts';
import type { Measurement } from '../decisions/evaluation/measurement.ts';
import type { EvaluationReport, UnitKind } from '../decisions/evaluation/report.ts';
import { BonafideError } from '../errors.ts';
import type { Perception, PerceptionDescription } from '../perception/engine.ts';
import { createPool } from '../perception/pool.ts';
import { calibrationInUse } from '../services/calibration-in-use.ts';
import { measureFiles } from '../services/evaluate-files.ts';
import { replaceFile } from '../stores/write-durably.ts';
import { readReport } from './evaluate-compare.ts';
import { checkFiles, type HashedFile, type Selection, selectFiles } from './evaluate-manifest.ts';
import { type MeasurementsFile, openMeasurements } from './evaluate-measurements.ts';
import { summary } from './evaluate-summary.ts';
import { showProgress } from './progress.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

const usage = `Usage: bonafide evaluate --manifest FILE.csv --out DIR [options]

Measures pictures and clips as the server does, with the models and settings of the environment, and says how often
it errs, in the words of ISO/IEC 30107-3.

  --manifest FILE.csv   the files: columns path and label (live, or a species of attack), and, where known, subject,
                        clip, source, species, kind, noisy, sha256; paths are relative to its folder
  --where CONDITION     which rows: column=value, column!=value, column=value,value; path compares beginnings. May be
                        given several times, all must hold. Default: kind=A,B, where there is such a column
  --unit UNIT           what counts as one presentation: subject (default), clip or file
  --noisy NAMES         sources or folders, with commas, whose labels or crops are not to be trusted: kept out of the
                        headline, and of what calibrations are fitted to
  --pairs FILE.csv      pairs of pictures, a,b,same: how well faces are told apart, too
  --out DIR             gets report.json, report.html and measurements.jsonl. Where that file is there already, what it
                        holds is not measured again
  --compare OTHER       another evaluation's folder or report.json: its figures stand beside these
  -h, --help            show this text`;

/** The intervals of one data set are the same in each run. */
const seed = 20_261_121;
const bootstrapDraws = 1000;

/**
 * `bonafide evaluate`.
 *
 * @returns the exit code; 130 where it was interrupted
 * @throws UsageError for wrong arguments, manifests, conditions and files
 */
export async function evaluateCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      manifest: { type: 'string' },
      where: { type: 'string', multiple: true, default: [] },
      unit: { type: 'string', default: 'subject' },
      noisy: { type: 'string', default: '' },
      pairs: { type: 'string' },
      out: { type: 'string' },
      compare: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { manifest, out, where, unit, compare } = values;
  if (!manifest || !out)
    throw new UsageError(
      'Say what to evaluate and where to write it: bonafide evaluate --manifest FILE.csv --out DIR.',
    );
  if (unit !== 'subject' && unit !== 'clip' && unit !== 'file')
    throw new UsageError('--unit must be subject, clip or file.');
  const other = compare === undefined ? undefined : await readReport(compare);
  const config = readConfig(env);
  const noisy = listOf(values.noisy);
  const selection = await selectFiles(manifest, where, noisy);
  const files = await checkFiles(selection.files);
  await mkdir(out, { recursive: true });
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const measured = await measure(config, files, out, env, interruption.signal);
    if (measured === undefined) {
      console.error('Stopped. The same command goes on from here.');
      return 130;
    }
    const report = assemble(config, { manifest, where, unit, noisy }, selection, files, measured);
    const compared = other ? { ...report, comparison: compareReports(report, other) } : report;
    replaceFile(join(out, 'report.json'), `${JSON.stringify(compared, null, 1)}\n`, { mode: 0o644 });
    console.log(summary(compared).join('\n'));
    console.log(`Written: ${join(out, 'report.json')}`);
    return 0;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** What is known of the files, and what measured them. */
interface Measured {
  readonly perception: PerceptionDescription;
  readonly known: ReadonlyMap<string, Measurement>;
}

/** Measures what is not measured yet; undefined where it was interrupted. */
async function measure(
  config: Config,
  files: readonly HashedFile[],
  out: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Measured | undefined> {
  const perception = await startPool(config, env);
  let kept: MeasurementsFile | undefined;
  try {
    const { models, notices } = perception.describe();
    for (const notice of notices) console.error(notice);
    kept = await openMeasurements(join(out, 'measurements.jsonl'), {
      version: version(),
      models,
      settings: measuringSettings(config),
    });
    const distinct = new Set(files.map(({ sha256 }) => sha256));
    const before = [...distinct].filter((sha256) => kept!.known.has(sha256)).length;
    if (before > 0) console.error(`${before} of ${distinct.size} files were measured before.`);
    const progress = showProgress(distinct.size, 'files', before);
    const stop = () => void perception.close();
    signal.addEventListener('abort', stop);
    try {
      await measureFiles(
        perception,
        files.map((file) => ({ ...file, read: () => readWithin(file, config.MAX_IMAGE_BYTES) })),
        kept,
        {
          calibration: calibrationInUse(perception, config),
          bystanderRatio: config.BYSTANDER_RATIO,
          // One more than there are processes: each has the next file at hand when it is done.
          concurrency: config.PERCEPTION_PROCESSES + 1,
          signal,
          onProgress: progress.show,
        },
      );
    } finally {
      signal.removeEventListener('abort', stop);
      progress.end();
    }
    return signal.aborted ? undefined : { perception: perception.describe(), known: kept.known };
  } finally {
    kept?.close();
    await perception.close();
  }
}

/** What was asked for, beside the settings. */
interface Question {
  readonly manifest: string;
  readonly where: readonly string[];
  readonly unit: UnitKind;
  readonly noisy: readonly string[];
}

function assemble(
  config: Config,
  { manifest, where, unit, noisy }: Question,
  { notCounted, manifestSha256 }: Selection,
  files: readonly HashedFile[],
  { perception: { models, notices }, known }: Measured,
): EvaluationReport {
  return buildReport({
    files: files.map((file) => ({ ...file, measurement: known.get(file.sha256)! })),
    notCounted,
    run: {
      version: version(),
      madeAt: new Date().toISOString(),
      manifest: basename(manifest),
      manifestSha256,
      where,
      noisy,
      unit,
      seed,
      bootstrapDraws,
      settings: { ...measuringSettings(config), ...limitSettings(config) },
    },
    notices,
    models,
    calibration: calibrationInUse({ describe: () => ({ models, notices, executionProviders: [] }) }, config),
    refit: null,
    concurrency: config.PERCEPTION_PROCESSES + 1,
    verification: null,
  });
}

/** Settings that move limits; those that are empty say nothing. */
function limitSettings({ LIVE_THRESHOLD, ATTACK_THRESHOLD, REQUIRE_ANTI_SPOOF }: Config) {
  return {
    ...(LIVE_THRESHOLD !== undefined && { LIVE_THRESHOLD }),
    ...(ATTACK_THRESHOLD !== undefined && { ATTACK_THRESHOLD }),
    REQUIRE_ANTI_SPOOF,
  };
}

const listOf = (text: string) => text.split(',').flatMap((name) => name.trim() || []);

/** How much slower than a server may be what is measured here: the machine's speed is not the question. */
const patience = 10;

async function startPool(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Perception> {
  const engine = engineOptions(config);
  const { maxDecodeMilliseconds } = engine.clip;
  const processes = config.PERCEPTION_PROCESSES;
  return createPool({
    engine: {
      ...engine,
      clip: { ...engine.clip, maxDecodeMilliseconds: patience * maxDecodeMilliseconds },
    },
    processes,
    queueLimit: 2 * processes,
    deadlineMs: patience * config.REQUEST_TIMEOUT_MS,
    clipDeadlineMs: patience * config.CLIP_TIMEOUT_MS,
    entry: new URL('../perception/process.js', import.meta.url),
    environment: env,
    onEvent: () => {},
  });
}

/** Settings that bear on what is measured, or on what is refused. */
function measuringSettings(config: Config) {
  return {
    BYSTANDER_RATIO: config.BYSTANDER_RATIO,
    EMBEDDER: config.EMBEDDER,
    EXECUTION_PROVIDERS: config.EXECUTION_PROVIDERS.join(','),
    LIVENESS_MIN_SIDE: config.LIVENESS_MIN_SIDE,
    MAX_IMAGE_BYTES: config.MAX_IMAGE_BYTES,
    MAX_IMAGE_PIXELS: config.MAX_IMAGE_PIXELS,
    MAX_CLIP_BYTES: config.MAX_CLIP_BYTES,
    MAX_CLIP_SECONDS: config.MAX_CLIP_SECONDS,
    MAX_CLIP_PIXELS: config.MAX_CLIP_PIXELS,
  };
}

/** A picture past the limit is refused unread, as the server does; clips have a limit of their own. */
async function readWithin({ file, presentation }: HashedFile, maxImageBytes: number): Promise<Uint8Array> {
  if (presentation === 'still' && (await stat(file)).size > maxImageBytes)
    throw new BonafideError('payload_too_large');
  return readFile(file);
}
