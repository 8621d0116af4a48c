import { probabilityOf } from '../live-calibration.ts';
import type { ScoreKind, UnitKind } from './report.ts';

/** What a decision says. */
export type Answer = 'live' | 'inconclusive' | 'attack';

/** What one kind of score says of a file. */
export interface FileScore {
  /** Log-odds that it is live; null where no net scored it. */
  readonly logOdds: number | null;
  /** Null for a kind that answers nothing. */
  readonly answer: Answer | null;
  /** Whether something beside the score made it inconclusive: a small face, a turned one. */
  readonly hasObstacle: boolean;
}

/** A labelled file with what was made of it. */
export interface ScoredFile {
  readonly path: string;
  readonly source: string;
  readonly live: boolean;
  /** `live`, or the species of attack. */
  readonly species: string;
  readonly subject: string | undefined;
  readonly clip: string | undefined;
  /** The scores by kind; or, where it allowed no decision, why. */
  readonly outcome:
    | { readonly scores: Readonly<Partial<Record<ScoreKind, FileScore>>> }
    | { readonly unanswered: string };
}

/** One presentation: what rates count. */
export interface Unit {
  readonly source: string;
  readonly live: boolean;
  readonly species: string;
  /** Whose it is, or what stands in for that: units of one are drawn together. */
  readonly subject: string;
  readonly files: readonly ScoredFile[];
  /** Some file allowed a decision. */
  readonly isAnswered: boolean;
  readonly scores: Readonly<Partial<Record<ScoreKind, UnitScore>>>;
}

export interface UnitScore {
  readonly logOdds: number | null;
  readonly answer: Answer | null;
}

/** Where answers change, by kind of score; log-odds. Null where a score alone makes no answer. */
export type AnswerLimits = (
  kind: ScoreKind,
  unit: readonly ScoredFile[],
) => { readonly live: number; readonly attack: number } | null;

/** How files become units. */
export interface UnitOptions {
  readonly unit: UnitKind;
  readonly kinds: readonly ScoreKind[];
  readonly limits: AnswerLimits;
}

/** Whose a file is: the subject, or what stands in for one. */
export function subjectOf({ subject, clip, path }: Pick<ScoredFile, 'subject' | 'clip' | 'path'>): string {
  return subject ?? clip ?? path;
}

/** Which unit of its source, class and species a file belongs to. */
function unitNameOf(file: ScoredFile, kind: UnitKind): string {
  if (kind === 'file') return file.path;
  return kind === 'clip' ? (file.clip ?? file.path) : subjectOf(file);
}

/**
 * Puts files together to units. A unit is of one source and one species.
 *
 * Its score is the mean of its files' log-odds. Files with an obstacle count only where no other file has a score: a
 * face that turned away for a moment spoils no clip. A unit of one file answers as the file does. Of several stills the
 * unit is answered by its score at the same limits, or is inconclusive where all files have an obstacle; of several
 * clips, whose answers rest on more than one number, by the answer that most of them have, none being inconclusive.
 */
export function makeUnits(
  files: readonly ScoredFile[],
  { unit, kinds, limits }: UnitOptions,
): readonly Unit[] {
  const groups = new Map<string, ScoredFile[]>();
  for (const file of files) {
    const key = JSON.stringify([file.source, file.species, file.live, unitNameOf(file, unit)]);
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()].map((group) => {
    const [{ source, live, species }] = group as [ScoredFile];
    const scored = kinds.flatMap((score) => {
      const unitScore = scoreOf(group, score, limits);
      return unitScore ? [[score, unitScore] as const] : [];
    });
    return {
      source,
      live,
      species,
      subject: subjectOf(group[0]!),
      files: group,
      isAnswered: group.some(({ outcome }) => 'scores' in outcome),
      scores: Object.fromEntries(scored),
    };
  });
}

function scoreOf(
  files: readonly ScoredFile[],
  kind: ScoreKind,
  limitsOf: AnswerLimits,
): UnitScore | undefined {
  const scores = files.flatMap(({ outcome }) => ('scores' in outcome ? (outcome.scores[kind] ?? []) : []));
  if (scores.length === 0) return undefined;
  const clear = scores.filter(({ logOdds, hasObstacle }) => logOdds !== null && !hasObstacle);
  const counted = (clear.length > 0 ? clear : scores).flatMap(({ logOdds }) => logOdds ?? []);
  const logOdds = counted.length === 0 ? null : combine(counted, kind);
  if (scores.length === 1) return { logOdds, answer: scores[0]!.answer };
  if (scores.every(({ answer }) => answer === null)) return { logOdds, answer: null };
  const limits = limitsOf(kind, files);
  if (limits === null) return { logOdds, answer: mostFrequent(scores) };
  return { logOdds, answer: clear.length === 0 || logOdds === null ? 'inconclusive' : cut(logOdds, limits) };
}

/**
 * The mean. MiniFASNet's own rule takes that of live scores, not of their log-odds, over nets; it is kept to over
 * files, too, so that the baseline is nobody's invention.
 */
function combine(logOdds: readonly number[], kind: ScoreKind): number {
  return kind === 'raw_mean'
    ? meanLogOdds(logOdds)
    : logOdds.reduce((sum, one) => sum + one, 0) / logOdds.length;
}

/** The log-odds of the mean of probabilities that are given as log-odds; finite where those are. */
export function meanLogOdds(logOdds: readonly number[]): number {
  let [live, attack] = [0, 0];
  for (const one of logOdds) {
    live += probabilityOf(one);
    attack += probabilityOf(-one);
  }
  return Math.log(live) - Math.log(attack);
}

function cut(logOdds: number, { live, attack }: { live: number; attack: number }): Answer {
  if (logOdds >= live) return 'live';
  return logOdds <= attack ? 'attack' : 'inconclusive';
}

function mostFrequent(scores: readonly FileScore[]): Answer {
  const count = (answer: Answer) => scores.filter((score) => score.answer === answer).length;
  const [live, attack, inconclusive] = [count('live'), count('attack'), count('inconclusive')];
  if (live > attack && live > inconclusive) return 'live';
  return attack > live && attack > inconclusive ? 'attack' : 'inconclusive';
}
