import { exactInterval } from '../exact-interval.ts';
import { mean } from '../statistics.ts';
import { type Draws, interval } from './draws.ts';
import type { Rate } from './report.ts';

/** Whether a row of a subject errs. */
export interface Trial {
  readonly subject: string;
  readonly errs: boolean;
}

/** The trials of one source. */
export interface SourceTrials {
  readonly trials: readonly Trial[];
  readonly draws: Draws;
}

/** The share of errors among independent trials, with its exact interval; null where there are none. */
export function exactRate(errors: number, of: number): Rate | null {
  if (of === 0) return null;
  return { errors, of, rate: errors / of, ...exactInterval(errors, of), interval: 'clopper_pearson' };
}

/**
 * The mean of the sources' shares of errors, with an interval from drawing subjects anew within each source; null
 * where no source has a trial. Where all err, or none does, no draw could tell: there the interval is the exact one of
 * as many trials as there are subjects, for those of one subject are no more than one.
 */
export function pooledRate(sources: readonly SourceTrials[]): Rate | null {
  const filled = sources.filter(({ trials }) => trials.length > 0);
  const all = filled.flatMap(({ trials }) => trials);
  const errors = all.filter(({ errs }) => errs).length;
  if (all.length === 0) return null;
  if (errors === 0 || errors === all.length) {
    const subjects = filled.reduce(
      (sum, { trials }) => sum + new Set(trials.map(({ subject }) => subject)).size,
      0,
    );
    const rate = errors === 0 ? 0 : 1;
    const bounds = exactInterval(rate * subjects, subjects);
    return { errors, of: all.length, rate, ...bounds, interval: 'clopper_pearson' };
  }
  const rate = mean(filled.map(({ trials }) => trials.filter(({ errs }) => errs).length / trials.length));
  const shares = filled.map(sharesByDraw);
  const drawn = Array.from({ length: shares[0]!.length }, (_, draw) =>
    mean(shares.flatMap((values) => (Number.isNaN(values[draw]) ? [] : values[draw]!))),
  );
  const { low, high } = interval(drawn)!;
  return { errors, of: all.length, rate, low, high, interval: 'bootstrap' };
}

/** A source's share of errors in each draw; NaN where none of its trials was drawn. */
function sharesByDraw({ trials, draws }: SourceTrials): Float64Array {
  const [errors, all] = [new Float64Array(draws.numbers.size), new Float64Array(draws.numbers.size)];
  for (const { subject, errs } of trials) {
    const number = draws.numbers.get(subject)!;
    all[number]!++;
    if (errs) errors[number]!++;
  }
  return Float64Array.from(draws.counts, (counts) => {
    let [erring, drawn] = [0, 0];
    for (let subject = 0; subject < counts.length; subject++) {
      erring += counts[subject]! * errors[subject]!;
      drawn += counts[subject]! * all[subject]!;
    }
    return erring / drawn;
  });
}
