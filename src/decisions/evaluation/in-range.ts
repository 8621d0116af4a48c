import type { SourceUnits } from './answers.ts';
import { compareDecisions } from './decision-comparison.ts';
import { drawSubjects } from './draws.ts';
import type { InRangeReport, RangeCount, ScoreKind } from './report.ts';
import { meansOfSources, scoreReports } from './score-report.ts';
import { makeUnits, type ScoredFile, subjectOf, type UnitOptions } from './units.ts';

/** A scored file, and what keeps the nets from seeing in it what they were made for. */
export interface RangedFile extends ScoredFile {
  /** Codes of reasons, none where it is in range; null where nobody asks: no answer, or a clip. */
  readonly obstacles: readonly string[] | null;
}

/** A source with all of its files, and what of it is in range. */
export interface RangedSource {
  readonly files: readonly RangedFile[];
  readonly units: SourceUnits['units'];
  /** Null for clips. */
  readonly inRange: SourceUnits | null;
}

/**
 * The kinds that can be compared on the same files: all that scored anything. A calibration without a net of its own
 * scores nothing, and must not take the files of the others with it.
 */
export function scoringKinds(files: readonly ScoredFile[], kinds: readonly ScoreKind[]): ScoreKind[] {
  return kinds.filter((kind) => files.some((file) => hasScore(file, kind)));
}

/**
 * The units of one source's files that are in range and that every one of these kinds has scored.
 */
export function unitsInRange(
  source: string,
  files: readonly RangedFile[],
  kinds: readonly ScoreKind[],
  options: UnitOptions & { readonly seed: number; readonly draws: number },
): SourceUnits {
  const kept = files.filter((file) => isCounted(file, kinds));
  return {
    source,
    units: makeUnits(kept, options),
    draws: drawSubjects(kept.map(subjectOf), source, options),
  };
}

/** @param pooled whether sources weigh alike, or are one */
export function inRangeReport(
  sources: readonly RangedSource[],
  kinds: readonly ScoreKind[],
  pooled: boolean,
): InRangeReport | null {
  const ranged = sources.filter(hasRange);
  if (ranged.length === 0) return null;
  const units = ranged.map(({ inRange }) => inRange);
  return {
    bonaFide: count(ranged, true),
    attack: count(ranged, false),
    scores: scoreReports(units, kinds, pooled),
    meansOfSources: pooled ? meansOfSources(units, kinds) : [],
    decision: pooled ? compareDecisions(units, kinds) : null,
  };
}

export function hasRange<Source extends RangedSource>(
  source: Source,
): source is Source & { readonly inRange: SourceUnits } {
  return source.inRange !== null;
}

function isCounted(file: RangedFile, kinds: readonly ScoreKind[]): boolean {
  return file.obstacles?.length === 0 && kinds.length > 0 && kinds.every((kind) => hasScore(file, kind));
}

function hasScore({ outcome }: ScoredFile, kind: ScoreKind): boolean {
  return 'scores' in outcome && (outcome.scores[kind]?.logOdds ?? null) !== null;
}

function count(
  sources: readonly (RangedSource & { readonly inRange: SourceUnits })[],
  isLive: boolean,
): RangeCount {
  const answered = sources.flatMap(({ files }) =>
    files.filter(({ live, outcome }) => live === isLive && 'scores' in outcome),
  );
  const units = sources.flatMap(({ inRange }) => inRange.units.filter(({ live }) => live === isLive));
  const reasons = new Map<string, number>();
  for (const reason of answered.flatMap(({ obstacles }) => obstacles ?? []))
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    files: units.reduce((sum, { files }) => sum + files.length, 0),
    filesAnswered: answered.length,
    units: units.length,
    unitsAnswered: sources
      .flatMap((source) => source.units)
      .filter(({ live, isAnswered }) => live === isLive && isAnswered).length,
    reasons: [...reasons].sort().map(([reason, files]) => ({ reason, files })),
  };
}
