import { mean } from '../statistics.ts';
import type { SourceUnits } from './answers.ts';
import { interval } from './draws.ts';
import type { DecisionComparison, DecisionErrors, ErrorRates, Estimate, ScoreKind } from './report.ts';
import { bestCutOf } from './single-cut.ts';
import type { Answer } from './units.ts';

/** A unit that ours answered, and that the baseline scored. */
interface Compared {
  readonly score: number;
  readonly answer: Answer;
  readonly live: boolean;
  readonly subject: string;
}

interface ComparedSource extends Pick<SourceUnits, 'source' | 'draws'> {
  readonly rows: readonly Compared[];
}

/** Shares of the units of a class of one source; NaN where nobody of it was drawn. */
interface Shares {
  readonly ours: { readonly apcer: number; readonly bpcer: number };
  readonly baseline: { readonly apcer: number; readonly bpcer: number };
  readonly inconclusive: { readonly attack: number; readonly bonaFide: number };
}

/** The shares of a source as they are, and of each draw of its subjects. */
interface SourceShares {
  readonly seen: Shares;
  readonly drawn: readonly Shares[];
}

/**
 * Three answers against a score that is cut at one place, see {@link DecisionComparison}.
 *
 * @returns null where no source has units of both classes that ours answered and the baseline scored
 */
export function compareDecisions(
  sources: readonly SourceUnits[],
  kinds: readonly ScoreKind[],
): DecisionComparison | null {
  const kind = kinds.includes('leave_one_source_out') ? 'leave_one_source_out' : 'calibrated';
  const compared = withBoth(
    sources.map(({ source, draws, units }) => ({
      source,
      draws,
      rows: units.flatMap(({ scores, live, subject }): Compared[] => {
        const [score, answer] = [scores.raw_mean?.logOdds ?? null, scores[kind]?.answer ?? null];
        return score === null || answer === null ? [] : [{ score, answer, live, subject }];
      }),
    })),
  );
  if (compared.length === 0) return null;
  const answered = withBoth(
    compared.map((source) => ({
      ...source,
      rows: source.rows.filter(({ answer }) => answer !== 'inconclusive'),
    })),
  );
  const { shares, ...errors } = errorsOf(compared);
  return {
    kind,
    ...errors,
    inconclusive: {
      bonaFide: estimate(shares, ({ inconclusive }) => inconclusive.bonaFide),
      attack: estimate(shares, ({ inconclusive }) => inconclusive.attack),
    },
    answered: answered.length === 0 ? null : withoutShares(errorsOf(answered)),
  };
}

function withBoth(sources: readonly ComparedSource[]): ComparedSource[] {
  return sources.filter(({ rows }) => rows.some(({ live }) => live) && rows.some(({ live }) => !live));
}

function withoutShares({ shares, ...errors }: ReturnType<typeof errorsOf>): DecisionErrors {
  return errors;
}

function errorsOf(
  sources: readonly ComparedSource[],
): DecisionErrors & { readonly shares: readonly SourceShares[] } {
  const threshold = bestCutOf(sources.map(({ rows }) => rows));
  const shares = sources.map(
    (source): SourceShares => ({
      seen: sharesOf(source, threshold),
      drawn: source.draws.counts.map((counts) => sharesOf(source, threshold, counts)),
    }),
  );
  const count = (isLive: boolean) =>
    sources.reduce((sum, { rows }) => sum + rows.filter(({ live }) => live === isLive).length, 0);
  const half = ({ apcer, bpcer }: Shares['ours']) => (apcer + bpcer) / 2;
  const rates = (of: 'ours' | 'baseline'): ErrorRates => ({
    apcer: estimate(shares, (share) => share[of].apcer),
    bpcer: estimate(shares, (share) => share[of].bpcer),
    halfTotalErrorRate: estimate(shares, (share) => half(share[of])),
  });
  return {
    sources: sources.map(({ source }) => source),
    units: { bonaFide: count(true), attack: count(false) },
    ours: rates('ours'),
    baseline: { ...rates('baseline'), threshold },
    difference: estimate(shares, ({ ours, baseline }) => half(ours) - half(baseline)),
    shares,
  };
}

/** @param counts how often each subject counts; once by default */
function sharesOf({ rows, draws }: ComparedSource, threshold: number, counts?: Uint16Array): Shares {
  const sums = { true: noSums(), false: noSums() };
  for (const { subject, live, answer, score } of rows) {
    const times = counts?.[draws.numbers.get(subject)!] ?? 1;
    const sum = sums[`${live}`];
    sum.all += times;
    if (answer === (live ? 'attack' : 'live')) sum.ours += times;
    if (score >= threshold !== live) sum.baseline += times;
    if (answer === 'inconclusive') sum.inconclusive += times;
  }
  const [live, attack] = [sums.true, sums.false];
  return {
    ours: { apcer: attack.ours / attack.all, bpcer: live.ours / live.all },
    baseline: { apcer: attack.baseline / attack.all, bpcer: live.baseline / live.all },
    inconclusive: {
      attack: attack.inconclusive / attack.all,
      bonaFide: live.inconclusive / live.all,
    },
  };
}

const noSums = () => ({ all: 0, ours: 0, baseline: 0, inconclusive: 0 });

/** The mean of the sources, and what drawing their subjects anew makes of it. */
function estimate(sources: readonly SourceShares[], read: (shares: Shares) => number): Estimate {
  const drawn = sources[0]!.drawn.map((_, draw) =>
    mean(
      sources.flatMap((source) => {
        const value = read(source.drawn[draw]!);
        return Number.isNaN(value) ? [] : value;
      }),
    ),
  );
  return {
    value: mean(sources.map(({ seen }) => read(seen))),
    ...(interval(drawn) ?? { low: null, high: null }),
  };
}
