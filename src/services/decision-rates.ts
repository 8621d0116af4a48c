import { exactRate } from '../decisions/evaluation/rates.ts';
import type {
  ContractName,
  DecisionCount,
  DecisionFilter,
  DecisionOutcome,
  Decisions,
  SampleLabel,
} from '../stores/ports.ts';
import { decisionOutcomes } from '../stores/ports.ts';

/** How often a contract came to each outcome on one day. */
export interface DayRates {
  /** UTC, `2026-03-01` for instance. */
  readonly day: string;
  readonly contract: ContractName;
  readonly outcomes: Readonly<Record<DecisionOutcome, number>>;
}

/** So many errors among so many, with the exact interval of 95 %; the rate is null where there was none to err on. */
export interface ErrorRate {
  readonly errors: number;
  readonly of: number;
  readonly rate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** How the server judged pictures of the data set as they were uploaded, against their labels of today. */
export interface LabelRates {
  /** The day, as in {@link DayRates}; null for all days together. */
  readonly day: string | null;
  /** Attacks that were called live, of those that were answered (APCER of ISO/IEC 30107-3, over all species). */
  readonly attacksCalledLive: ErrorRate;
  /** Living people who were not, of those that were answered (BPCER). */
  readonly liveNotCalledLive: ErrorRate;
  /** Pictures without an answer, of all (non-response). */
  readonly unanswered: ErrorRate;
}

/** Counts by day, and errors where a label says so. */
export interface DecisionRates {
  readonly days: readonly DayRates[];
  /** The first one is of all days together. */
  readonly labelled: readonly LabelRates[];
}

/** What the contracts came to, day by day, and how often they erred where a label says so. */
export async function decisionRates(
  store: Pick<Decisions, 'count'>,
  filter: DecisionFilter,
): Promise<DecisionRates> {
  const counts = await store.count(filter);
  const labelled = counts.filter(({ label }) => label !== null);
  const days = [...new Set(labelled.map(({ day }) => day))];
  return {
    days: countDays(counts),
    labelled: [
      rateLabels(null, labelled),
      ...days.map((day) =>
        rateLabels(
          day,
          labelled.filter((count) => count.day === day),
        ),
      ),
    ],
  };
}

function countDays(counts: readonly DecisionCount[]): DayRates[] {
  const keys = [...new Set(counts.map(({ day, contract }) => `${day} ${contract}`))];
  return keys.map((key) => {
    const [day, contract] = key.split(' ') as [string, ContractName];
    const here = counts.filter((count) => count.day === day && count.contract === contract);
    const outcomes = decisionOutcomes.map((outcome) => [
      outcome,
      total(here.filter((count) => count.outcome === outcome)),
    ]);
    return { day, contract, outcomes: Object.fromEntries(outcomes) };
  });
}

function rateLabels(day: string | null, counts: readonly DecisionCount[]): LabelRates {
  const count = (label: SampleLabel, isMeant: (outcome: DecisionOutcome) => boolean) =>
    total(counts.filter((one) => one.label === label && isMeant(one.outcome)));
  const isAnswered = (outcome: DecisionOutcome) => outcome !== 'unanswered';
  const isLive = (outcome: DecisionOutcome) => outcome === 'live';
  const answered = { live: count('live', isAnswered), spoof: count('spoof', isAnswered) };
  const all = total(counts);
  return {
    day,
    attacksCalledLive: errorRate(count('spoof', isLive), answered.spoof),
    liveNotCalledLive: errorRate(answered.live - count('live', isLive), answered.live),
    unanswered: errorRate(all - answered.live - answered.spoof, all),
  };
}

function errorRate(errors: number, of: number): ErrorRate {
  const known = exactRate(errors, of);
  return { errors, of, rate: known?.rate ?? null, low: known?.low ?? null, high: known?.high ?? null };
}

function total(counts: readonly DecisionCount[]): number {
  return counts.reduce((sum, { decisions }) => sum + decisions, 0);
}
