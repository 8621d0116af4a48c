import type { SourceUnits } from './answers.ts';
import { type ConfoundValues, confoundRow } from './confounds.ts';
import { compareDecisions } from './decision-comparison.ts';
import { drawSubjects } from './draws.ts';
import { hasRange, inRangeReport, type RangedFile, scoringKinds, unitsInRange } from './in-range.ts';
import { exactRate, pooledRate } from './rates.ts';
import type {
  ClassSummary,
  PooledReport,
  PresentationReport,
  Rate,
  ScoreKind,
  SourceReport,
} from './report.ts';
import { meansOfSources, scoreReports } from './score-report.ts';
import { singleCuts } from './single-cut.ts';
import { makeUnits, subjectOf, type Unit, type UnitOptions } from './units.ts';

/** A scored file, and what it says of its source. */
export interface EvaluatedFile extends RangedFile {
  /** Sources of one origin. */
  readonly family: string;
  /** Its label or crop is not to be trusted: nor is its source's. */
  readonly noisy: boolean;
  /** Undefined where it has no face. */
  readonly confounds: ConfoundValues | undefined;
}

export interface PresentationOptions extends UnitOptions {
  /** Whether files are told apart by their range, as stills are; of clips that is a matter of each look. */
  readonly hasRange: boolean;
  readonly seed: number;
  readonly draws: number;
}

interface Source extends SourceUnits {
  readonly family: string;
  readonly files: readonly EvaluatedFile[];
  readonly inRange: SourceUnits | null;
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
  const scoring = scoringKinds(files, options.kinds);
  const sources = names.map((name, at) => {
    const own = bySource.get(name)!;
    const inRange = options.hasRange ? unitsInRange(name, own, scoring, options) : null;
    return describeSource(name, own, { confounded: confounds[at]!.confounded, inRange }, options);
  });
  const headline = sources.filter(({ report }) => report.marks.headline);
  const both = headline.filter(({ report }) => report.marks.bothClasses);
  const ranged = both
    .filter(hasRange)
    .map(({ inRange, family }) => ({ ...inRange, family }))
    .filter(({ units }) => units.some(({ live }) => live) && units.some(({ live }) => !live));
  return {
    sources: sources.map(({ report }) => report),
    headline: pooled(headline, options.kinds),
    notNoisy: pooled(
      sources.filter(({ report }) => !report.marks.noisy),
      options.kinds,
    ),
    all: pooled(sources, options.kinds),
    confounds,
    singleCut: singleCuts(both, options.kinds),
    singleCutInRange: singleCuts(ranged, options.kinds),
  };
}

function describeSource(
  source: string,
  files: readonly EvaluatedFile[],
  { confounded, inRange }: { readonly confounded: boolean; readonly inRange: SourceUnits | null },
  options: PresentationOptions,
): Source {
  const units = makeUnits(files, options);
  const noisy = files.some((file) => file.noisy);
  const draws = drawSubjects(files.map(subjectOf), source, options);
  const described = { source, units, draws, family: files[0]!.family, files, inRange };
  return {
    ...described,
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
      scores: scoreReports([described], options.kinds, false),
      inRange: inRangeReport([described], options.kinds, false),
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
    scores: scoreReports(sources, kinds, true),
    meansOfSources: meansOfSources(sources, kinds),
    decision: compareDecisions(sources, kinds),
    inRange: inRangeReport(sources, kinds, true),
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
