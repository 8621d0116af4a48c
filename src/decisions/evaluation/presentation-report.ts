import type { SourceUnits } from './answers.ts';
import { type ConfoundValues, confoundRow } from './confounds.ts';
import { drawSubjects } from './draws.ts';
import { exactRate, pooledRate } from './rates.ts';
import type {
  ClassSummary,
  PooledReport,
  PresentationReport,
  Rate,
  ScoreKind,
  ScoreReport,
  SourceReport,
  UnitKind,
} from './report.ts';
import { meanOfSources, scoreReport } from './score-report.ts';
import { singleCuts } from './single-cut.ts';
import { type AnswerLimits, makeUnits, type ScoredFile, subjectOf, type Unit } from './units.ts';

/** A scored file, and what it says of its source. */
export interface EvaluatedFile extends ScoredFile {
  /** Sources of one origin. */
  readonly family: string;
  /** Its label or crop is not to be trusted: nor is its source's. */
  readonly noisy: boolean;
  /** Undefined where it has no face. */
  readonly confounds: ConfoundValues | undefined;
}

export interface PresentationOptions {
  readonly unit: UnitKind;
  readonly kinds: readonly ScoreKind[];
  readonly limits: AnswerLimits;
  readonly seed: number;
  readonly draws: number;
}

interface Source extends SourceUnits {
  readonly family: string;
  readonly files: readonly EvaluatedFile[];
  readonly report: SourceReport;
}

/** All that is said of stills, or of clips; null where there are none. */
export function presentationReport(
  files: readonly EvaluatedFile[],
  options: PresentationOptions,
): PresentationReport | null {
  if (files.length === 0) return null;
  const bySource = new Map<string, EvaluatedFile[]>();
  for (const file of files) bySource.set(file.source, [...(bySource.get(file.source) ?? []), file]);
  const names = [...bySource.keys()].sort();
  const confounds = names.map((name) =>
    confoundRow(
      name,
      bySource.get(name)!.flatMap((file) => file.confounds ?? []),
    ),
  );
  const sources = names.map((name, at) =>
    describeSource(name, bySource.get(name)!, confounds[at]!.confounded, options),
  );
  const headline = sources.filter(({ report }) => report.marks.headline);
  return {
    sources: sources.map(({ report }) => report),
    headline: pooled(headline, options.kinds),
    notNoisy: pooled(
      sources.filter(({ report }) => !report.marks.noisy),
      options.kinds,
    ),
    all: pooled(sources, options.kinds),
    confounds,
    singleCut: singleCuts(
      headline.filter(({ report }) => report.marks.bothClasses),
      options.kinds,
    ),
  };
}

function describeSource(
  source: string,
  files: readonly EvaluatedFile[],
  confounded: boolean,
  { unit, kinds, limits, seed, draws }: PresentationOptions,
): Source {
  const units = makeUnits(files, unit, kinds, limits);
  const noisy = files.some((file) => file.noisy);
  const drawn: SourceUnits = {
    source,
    units,
    draws: drawSubjects(files.map(subjectOf), source, { seed, draws }),
  };
  return {
    ...drawn,
    family: files[0]!.family,
    files,
    report: {
      source,
      marks: {
        confounded,
        noisy,
        headline: !confounded && !noisy,
        bothClasses: files.some(({ live }) => live) && files.some(({ live }) => !live),
      },
      bonaFide: summarise(files, units, true),
      attack: summarise(files, units, false),
      scores: scoresOf([drawn], kinds, false),
    },
  };
}

function summarise(files: readonly EvaluatedFile[], units: readonly Unit[], live: boolean): ClassSummary {
  const ofClass = files.filter((file) => file.live === live);
  const unitsOfClass = units.filter((unit) => unit.live === live);
  const reasons = new Map<string, number>();
  for (const { outcome } of ofClass)
    if ('unanswered' in outcome) reasons.set(outcome.unanswered, (reasons.get(outcome.unanswered) ?? 0) + 1);
  return {
    files: ofClass.length,
    units: unitsOfClass.length,
    subjects: new Set(ofClass.map(subjectOf)).size,
    nonResponse: exactRate(unitsOfClass.filter(({ isAnswered }) => !isAnswered).length, unitsOfClass.length),
    reasons: [...reasons].sort().map(([reason, count]) => ({ reason, files: count })),
  };
}

function pooled(sources: readonly Source[], kinds: readonly ScoreKind[]): PooledReport {
  return {
    sources: sources.map(({ source }) => source),
    sourcesWithBothClasses: sources.flatMap(({ source, report }) => (report.marks.bothClasses ? source : [])),
    nonResponse: { bonaFide: nonResponse(sources, true), attack: nonResponse(sources, false) },
    scores: scoresOf(sources, kinds, true),
    meansOfSources: kinds.flatMap((kind) => meanOfSources(sources, kind) ?? []),
  };
}

function nonResponse(sources: readonly SourceUnits[], live: boolean): Rate | null {
  return pooledRate(
    sources.map(({ units, draws }) => ({
      draws,
      trials: units
        .filter((unit) => unit.live === live)
        .map(({ subject, isAnswered }) => ({ subject, errs: !isAnswered })),
    })),
  );
}

function scoresOf(
  sources: readonly SourceUnits[],
  kinds: readonly ScoreKind[],
  isPooled: boolean,
): readonly ScoreReport[] {
  return kinds.flatMap((kind) => scoreReport(sources, kind, isPooled) ?? []);
}
