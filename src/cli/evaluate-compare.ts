import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationReport } from '../decisions/evaluation/report.ts';
import { UsageError } from './usage.ts';

/**
 * Reads another evaluation's report.
 *
 * @param path its file, or the folder it lies in
 * @throws UsageError where there is none, or it is of another shape
 */
export async function readReport(path: string): Promise<EvaluationReport> {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isDirectory() ? join(path, 'report.json') : path;
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new UsageError(`--compare: ${file} cannot be read (${error.code ?? error.message}).`);
  });
  const report = parse(text);
  if (report?.format !== 'bonafide-evaluation' || report.formatVersion !== 1)
    throw new UsageError(`--compare: ${file} is no report of bonafide evaluate, or one of another version.`);
  return report as EvaluationReport;
}

function parse(text: string): Partial<EvaluationReport> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
