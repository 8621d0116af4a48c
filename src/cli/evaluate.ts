import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { compareReports } from '../decisions/evaluation/compare-reports.ts';
import { replaceFile } from '../stores/write-durably.ts';
import { assemble, type Question } from './evaluate-assemble.ts';
import { readReport } from './evaluate-compare.ts';
import { checkFiles, selectFiles } from './evaluate-manifest.ts';
import { measure } from './evaluate-measuring.ts';
import { readPairs } from './evaluate-pairs.ts';
import { summary } from './evaluate-summary.ts';
import { renderReport } from './evaluation-report/render-report.ts';
import { interruptibly } from './interruption.ts';
import { UsageError } from './usage.ts';

const usage = `Usage: bonafide evaluate --manifest FILE.csv --out DIR [options]

Measures pictures and clips as the server does, with the models and settings of the environment, and says how often
it errs, in the words of ISO/IEC 30107-3.

  --manifest FILE.csv   the files: columns path and label (live, or a species of attack), and, where known, subject,
                        clip, source, species, kind, noisy, sha256; paths are relative to its folder
  --where CONDITION     which rows: column=value, column!=value, column=value,value; path compares beginnings. May be
                        given several times, all must hold. Default: kind=A,B, where there is such a column
  --unit UNIT           what counts as one presentation: subject (default), clip or file
  --noisy NAMES         sources or folders, with commas, whose labels or crops are not to be trusted: kept out of the
                        headline, and of what calibrations are fitted to. What the calibration of this very manifest
                        left out so is left out here, too
  --pairs FILE.csv      pairs of pictures, a,b,same (1 or 0): how well faces are told apart, too
  --out DIR             gets report.json, report.html and measurements.jsonl. Where that file is there already, what it
                        holds is not measured again
  --compare OTHER       another evaluation's folder or report.json: its figures stand beside these
  -h, --help            show this text`;

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
  const question = readArguments(args);
  if (question === undefined) {
    console.log(usage);
    return 0;
  }
  return interruptibly((signal) => evaluate(question, readConfig(env), env, signal));
}

/** @returns undefined where help was asked for */
function readArguments(args: readonly string[]): Question | undefined {
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
  if (values.help) return undefined;
  const { manifest, out, where, unit, pairs, compare } = values;
  if (!manifest || !out)
    throw new UsageError(
      'Say what to evaluate and where to write it: bonafide evaluate --manifest FILE.csv --out DIR.',
    );
  if (unit !== 'subject' && unit !== 'clip' && unit !== 'file')
    throw new UsageError('--unit must be subject, clip or file.');
  const noisy = values.noisy.split(',').flatMap((name) => name.trim() || []);
  return { manifest, out, where, unit, noisy, pairs, compare };
}

async function evaluate(
  question: Question,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const { manifest, where, noisy, out } = question;
  // What is wrong with the arguments is said before anything is measured.
  const other = question.compare === undefined ? undefined : await readReport(question.compare);
  const selection = await selectFiles(manifest, where, noisy);
  const pairs =
    question.pairs === undefined ? undefined : await readPairs(question.pairs, selection.subjects);
  const files = await checkFiles(selection.files);
  await mkdir(out, { recursive: true });
  const measured = await measure(config, { files, pairs, manifest, out }, env, signal);
  if (measured === undefined) {
    console.error('Stopped. The same command goes on from here.');
    return 130;
  }
  const alone = assemble(config, question, { selection, files, measured, pairs });
  const report = other ? { ...alone, comparison: compareReports(alone, other) } : alone;
  // Whoever opens them at this moment finds the old ones or the new ones, never half of one.
  const write = (name: string, text: string) => replaceFile(join(out, name), text, { mode: 0o644 });
  write('report.json', `${JSON.stringify(report, null, 1)}\n`);
  write('report.html', renderReport(report));
  console.log([...summary(report), `Written: ${join(out, 'report.html')}, report.json`].join('\n'));
  return 0;
}
