import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type EvaluationReport, formatVersion } from '../decisions/evaluation/report.ts';
import { UsageError } from './usage.ts';

const scored = Type.Object({ scores: Type.Array(Type.Object({ kind: Type.String() })) });

const presentation = Type.Union([
  Type.Null(),
  Type.Object({
    sources: Type.Array(
      Type.Intersect([
        scored,
        Type.Object({ source: Type.String(), marks: Type.Object({ noisy: Type.Boolean() }) }),
      ]),
    ),
    headline: Type.Intersect([scored, Type.Object({ inRange: Type.Union([Type.Null(), scored]) })]),
    notNoisy: scored,
    all: scored,
  }),
]);

/** The parts of a report that are read of another one. */
const readParts = Type.Object({
  run: Type.Object({
    version: Type.String(),
    madeAt: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT' }),
    manifestSha256: Type.String(),
    unit: Type.String(),
    where: Type.Array(Type.String()),
  }),
  models: Type.Array(Type.Object({ name: Type.String() })),
  stills: presentation,
  clips: presentation,
});

/**
 * Reads another evaluation's report.
 *
 * @param path its file, or the folder it lies in
 * @throws UsageError where there is none, it is of another shape, or it is damaged
 */
export async function readReport(path: string): Promise<EvaluationReport> {
  const found = await stat(path).catch(() => undefined);
  const file = found?.isDirectory() ? join(path, 'report.json') : path;
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new UsageError(`--compare: ${file} cannot be read (${error.code ?? error.message}).`);
  });
  const report = parse(text);
  if (report?.format !== 'bonafide-evaluation')
    throw new UsageError(`--compare: ${file} is no report of bonafide evaluate.`);
  if (report.formatVersion !== formatVersion)
    throw new UsageError(
      `--compare: ${file} is of another version of bonafide (format ${String(report.formatVersion)}, not ${formatVersion}): evaluate anew with this one. Its measurements are used again where they still hold.`,
    );
  const [wrong] = Value.Errors(readParts, report);
  if (wrong)
    throw new UsageError(
      `--compare: ${file} is damaged: ${wrong.instancePath.slice(1).replaceAll('/', '.') || 'it'} ${wrong.message}.`,
    );
  return report as EvaluationReport;
}

function parse(text: string): Partial<Record<keyof EvaluationReport, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
