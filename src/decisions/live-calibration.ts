import rawMean from './calibration/minifasnet-mean.json' with { type: 'json' };
import { type FaceFacts, valueIfMeasured } from './facts.ts';
import { clamp, mean } from './statistics.ts';

/** Where a live probability becomes a verdict; both 0..1, `attack` not above `live`. */
export interface Limits {
  /** From here up the face is live. */
  readonly live: number;
  /** From here down it is an attack. */
  readonly attack: number;
}

/** How the logit of one net counts: `weight · (bounded logit − mean) / scale`, `weight` never below 0. */
export interface NetTerm {
  /** The logit counts as this, or as its negative, where it lies beyond: how sure a sure net is says no more. */
  readonly bound: number;
  readonly mean: number;
  readonly scale: number;
  readonly weight: number;
}

/** How the scores of one set of anti-spoof nets become a live probability, and that a verdict. */
export interface LiveCalibration {
  /** Names the detector and the nets it was made for; `uncalibrated` for a set that nobody has measured. */
  readonly name: string;
  /** The nets by their names in the registry; null: the raw mean of their live scores. */
  readonly nets: Readonly<Record<string, NetTerm>> | null;
  /** Log-odds where every net is at its mean. */
  readonly bias: number;
  readonly limits: Limits;
  /**
   * How alike looks of one presentation err, 0..1: the correlation within a class of log-odds of one clip or one
   * sitting. At 1 a hundred looks say what one does.
   */
  readonly correlation: number;
  /** A verdict that rests on our own net alone: it enrols nobody by itself. */
  readonly isExperimental: boolean;
}

/** The raw mean of the nets' live scores, Silent-Face's own rule, with limits that were judged, not fitted. */
export const uncalibrated: LiveCalibration = {
  name: 'uncalibrated',
  nets: null,
  bias: 0,
  limits: { live: rawMean.thresholds.live.value, attack: rawMean.thresholds.attack.value },
  // Nobody has measured how alike their looks are, so that many count as one.
  correlation: 1,
  isExperimental: false,
};

/**
 * The log-odds that a face is live, both classes being as frequent.
 *
 * @returns undefined where a net of the calibration did not score the face, and for the experimental net without a
 *   calibration of its own: its raw score means nothing
 */
export function liveLogOdds(
  { antiSpoof }: Pick<FaceFacts, 'antiSpoof'>,
  { nets, bias, isExperimental }: LiveCalibration,
): number | undefined {
  if (nets === null) {
    const share = isExperimental ? undefined : meanScore(antiSpoof);
    return share === undefined ? undefined : logOddsOf(share);
  }
  const logits: Record<string, number> = {};
  for (const name of Object.keys(nets)) {
    const score = antiSpoof[name] && valueIfMeasured(antiSpoof[name]);
    if (!score) return undefined;
    logits[name] = score.logit;
  }
  return rowLogOdds(logits, { nets, bias });
}

/** The log-odds that logits add up to: those of all nets of the calibration, which must have some. */
export function rowLogOdds(
  logits: Readonly<Record<string, number>>,
  { nets, bias }: Pick<LiveCalibration, 'nets' | 'bias'>,
): number {
  return Object.entries(nets ?? {}).reduce((sum, [name, { bound, mean, scale, weight }]) => {
    return sum + (weight * (clamp(logits[name]!, -bound, bound) - mean)) / scale;
  }, bias);
}

/** The live probability of a face, 0..1; undefined where {@link liveLogOdds} is. */
export function liveProbability(
  face: Pick<FaceFacts, 'antiSpoof'>,
  calibration: LiveCalibration,
): number | undefined {
  // Not by way of its logarithm, which would lose the last digits.
  if (calibration.nets === null) return calibration.isExperimental ? undefined : meanScore(face.antiSpoof);
  const logOdds = liveLogOdds(face, calibration);
  return logOdds === undefined ? undefined : probabilityOf(logOdds);
}

/** Beyond these odds (1 to 150) a look says no more: a single one must not outweigh the others. */
const mostLogOdds = 5;

/**
 * What several looks at one presentation say together, as log-odds of one. Their mean counts as so many independent
 * looks as they are worth: n looks that correlate by ρ are worth n / (1 + (n − 1) ρ), the design effect of sampling in
 * clusters (Kish 1965, Survey Sampling, 5.4). So many alike never say less than one, and never more than 1 / ρ of them.
 *
 * @returns undefined for no looks
 */
export function combineLogOdds(
  looks: readonly number[],
  { correlation }: Pick<LiveCalibration, 'correlation'>,
): number | undefined {
  if (looks.length === 0) return undefined;
  const worth = looks.length / (1 + (looks.length - 1) * correlation);
  return mean(looks.map((logOdds) => clamp(logOdds, -mostLogOdds, mostLogOdds))) * worth;
}

/** 0..1. */
export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Of a probability of 0 or 1 they are infinite. */
export function logOddsOf(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability);
}

function meanScore(antiSpoof: FaceFacts['antiSpoof']): number | undefined {
  const scores = Object.values(antiSpoof).flatMap((fact) => valueIfMeasured(fact)?.live ?? []);
  return scores.length === 0 ? undefined : mean(scores);
}
