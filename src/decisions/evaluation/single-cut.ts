import { mean } from '../statistics.ts';
import type { SourceUnits } from './answers.ts';
import { interval } from './draws.ts';
import { bestCut, operatingPoints, type RankedRow, rank } from './ranking.ts';
import type { Estimate, ScoreKind, SingleCutReport, SingleCutRow } from './report.ts';

/** The units of a source that has both classes, and its origin. */
export interface CutSource extends SourceUnits {
  readonly family: string;
}

/** One score of one unit. */
interface Row {
  readonly score: number;
  readonly live: boolean;
  readonly subject: string;
}

/** One threshold for all cameras, of each kind of score; null where no source has both classes. */
export function singleCuts(
  sources: readonly CutSource[],
  kinds: readonly ScoreKind[],
): SingleCutReport | null {
  const rows = kinds.flatMap((kind) => {
    const scored = sources.map((source) => ({ ...source, rows: rowsOf(source, kind) }));
    const complete = scored.filter(({ rows: all }) => hasBoth(all));
    if (complete.length === 0 || complete.length < sources.length) return [];
    const hindsight = bestCutOf(complete.map(({ rows: all }) => all));
    const others = complete.map(({ family }) => {
      const rest = complete.filter((other) => other.family !== family);
      return rest.length === 0 ? undefined : bestCutOf(rest.map(({ rows: all }) => all));
    });
    return [
      describe(
        kind,
        'hindsight',
        complete,
        complete.map(() => hindsight),
      ),
      ...(others.every((cut) => cut !== undefined)
        ? [describe(kind, 'other_sources', complete, others)]
        : []),
    ];
  });
  return rows.length === 0 ? null : { sources: sources.map(({ source }) => source), rows };
}

function rowsOf({ units }: SourceUnits, kind: ScoreKind): readonly Row[] {
  return units.flatMap(({ scores, live, subject }) => {
    const score = scores[kind]?.logOdds ?? null;
    return score === null ? [] : [{ score, live, subject }];
  });
}

const hasBoth = (rows: readonly Row[]) => rows.some(({ live }) => live) && rows.some(({ live }) => !live);

/** The cut that suits sources best that weigh alike; each has both classes. */
export function bestCutOf(sources: readonly (readonly RankedRow[])[]): number {
  const all = sources.flatMap((rows) => {
    const lives = rows.filter(({ live }) => live).length;
    return rows.map((row) => ({ row, weight: 1 / (row.live ? lives : rows.length - lives) }));
  });
  const ranking = rank(all.map(({ row }) => row));
  return bestCut(
    operatingPoints(
      ranking,
      all.map(({ weight }) => weight),
    )!,
  );
}

function describe(
  kind: ScoreKind,
  chosen: SingleCutRow['chosen'],
  sources: readonly (CutSource & { readonly rows: readonly Row[] })[],
  cuts: readonly number[],
): SingleCutRow {
  const each = sources.map(({ source, rows, draws }, at) => {
    const errors = (live: boolean) =>
      rows
        .filter((row) => row.live === live)
        .map((row) => ({ number: draws.numbers.get(row.subject)!, errs: row.score >= cuts[at]! !== live }));
    const [attacks, genuine] = [errors(false), errors(true)];
    const once = new Uint16Array(draws.numbers.size).fill(1);
    return {
      source,
      threshold: cuts[at]!,
      apcer: share(attacks, once),
      bpcer: share(genuine, once),
      drawn: draws.counts.map((counts) => [share(attacks, counts), share(genuine, counts)] as const),
    };
  });
  const estimate = (ofSource: (apcer: number, bpcer: number) => number): Estimate => {
    const draws = each[0]!.drawn.map((_, draw) =>
      mean(
        each.flatMap(({ drawn }) => {
          const value = ofSource(...drawn[draw]!);
          return Number.isNaN(value) ? [] : value;
        }),
      ),
    );
    const value = mean(each.map(({ apcer, bpcer }) => ofSource(apcer, bpcer)));
    return { value, ...(interval(draws) ?? { low: null, high: null }) };
  };
  return {
    kind,
    chosen,
    threshold: chosen === 'hindsight' ? cuts[0]! : null,
    apcer: estimate((apcer) => apcer),
    bpcer: estimate((_apcer, bpcer) => bpcer),
    halfTotalErrorRate: estimate((apcer, bpcer) => (apcer + bpcer) / 2),
    bySource: each.map(({ drawn, ...figures }) => figures),
  };
}

/** NaN where nobody was drawn. */
function share(
  trials: readonly { readonly number: number; readonly errs: boolean }[],
  counts: Uint16Array,
): number {
  let [errors, all] = [0, 0];
  for (const { number, errs } of trials) {
    all += counts[number]!;
    if (errs) errors += counts[number]!;
  }
  return errors / all;
}
