import type { Draws } from './draws.ts';
import { exactRate, pooledRate, type SourceTrials } from './rates.ts';
import type { AnswerRates, Answers, Rate, ScoreKind, SpeciesAnswers } from './report.ts';
import { type Answer, subjectOf, type Unit } from './units.ts';

/** The units of one source, with the draws of its subjects. */
export interface SourceUnits {
  readonly source: string;
  readonly units: readonly Unit[];
  readonly draws: Draws;
}

/** How shares of trials, by source, become one rate. */
type Rating = (sources: readonly SourceTrials[]) => Rate | null;

/** A unit or a file, as it was answered. */
interface Answered {
  readonly live: boolean;
  readonly species: string;
  readonly subject: string;
  readonly answer: Answer;
}

/** Exact, for independent trials of one source. */
const exactly: Rating = (sources) => {
  const trials = sources.flatMap((source) => source.trials);
  return exactRate(trials.filter(({ errs }) => errs).length, trials.length);
};

/**
 * What was answered of units, each counting once.
 *
 * @param pooled whether sources weigh alike, or are one
 * @returns null where this kind answered nothing
 */
export function answersOfUnits(
  sources: readonly SourceUnits[],
  kind: ScoreKind,
  pooled: boolean,
): Answers | null {
  return answers(sources, pooled ? pooledRate : exactly, (unit) => {
    const answer = unit.scores[kind]?.answer;
    return answer ? [{ ...unit, answer }] : [];
  });
}

/** What was answered of each file by itself; files of one subject are drawn together. */
export function answersOfFiles(sources: readonly SourceUnits[], kind: ScoreKind): Answers | null {
  return answers(sources, pooledRate, ({ files }) =>
    files.flatMap((file) => {
      const answer = 'scores' in file.outcome ? file.outcome.scores[kind]?.answer : undefined;
      return answer ? [{ live: file.live, species: file.species, subject: subjectOf(file), answer }] : [];
    }),
  );
}

function answers(
  sources: readonly SourceUnits[],
  rating: Rating,
  answeredOf: (unit: Unit) => readonly Answered[],
): Answers | null {
  const answered = sources.map(({ units, draws }) => ({ rows: units.flatMap(answeredOf), draws }));
  if (answered.every(({ rows }) => rows.length === 0)) return null;
  const rates = (isMeant: (row: Answered) => boolean): AnswerRates | null => {
    const share = (answer: Answer) =>
      rating(
        answered.map(({ rows, draws }) => ({
          draws,
          trials: rows.filter(isMeant).map((row) => ({ subject: row.subject, errs: row.answer === answer })),
        })),
      );
    const [live, inconclusive, attack] = [share('live'), share('inconclusive'), share('attack')];
    return live && inconclusive && attack && { live, inconclusive, attack };
  };
  const names = answered.flatMap(({ rows }) => rows.flatMap(({ live, species }) => (live ? [] : species)));
  const species = [...new Set(names)].sort().map((name): SpeciesAnswers => {
    return { species: name, ...rates((row) => !row.live && row.species === name)! };
  });
  const worst = species.reduce<SpeciesAnswers | null>(
    (most, one) => (most === null || one.live.rate > most.live.rate ? one : most),
    null,
  );
  return {
    bonaFide: rates(({ live }) => live),
    attack: rates(({ live }) => !live),
    species,
    worstSpecies: worst?.species ?? null,
  };
}
